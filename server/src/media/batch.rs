//! Datagrams that wait to be sent, one after another in one piece of memory: as the kernel takes them when it is to
//! segment, and so that a round of sending needs no memory of its own.

/// Datagrams in the order in which they are to leave.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
}

impl Batch {
    /// Adds a datagram.
    pub(super) fn push(&mut self, datagram: &[u8]) {
        self.push_with(|bytes| bytes.extend_from_slice(datagram));
    }

    /// Adds the datagram that is written to the end of what is there.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.bytes.len();
        write(&mut self.bytes);
        self.sizes.push(self.bytes.len() - before);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.sizes.clear();
    }

    /// The datagrams.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.bytes[..];
        self.sizes.iter().map(move |&size| {
            let (datagram, later) = rest.split_at(size);
            rest = later;
            datagram
        })
    }

    /// The datagrams in runs that the kernel can segment: all of a run have one size but the last, which may be
    /// smaller. Each comes with how many it holds and the size.
    pub(super) fn runs(&self, segments_max: usize) -> impl Iterator<Item = Run<'_>> {
        let (mut bytes, mut sizes) = (&self.bytes[..], &self.sizes[..]);
        std::iter::from_fn(move || {
            let &size = sizes.first()?;
            let count = run_length(sizes, segments_max);
            let (run, later) = bytes.split_at(sizes[..count].iter().sum());
            (bytes, sizes) = (later, &sizes[count..]);
            Some(Run { bytes: run, size, count })
        })
    }
}

/// Datagrams that can leave in one system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run<'a> {
    pub(super) bytes: &'a [u8],
    /// Of each but the last, which may be smaller.
    pub(super) size: usize,
    pub(super) count: usize,
}

/// Within 60 kB in all: the kernel takes no more in one call.
fn run_length(sizes: &[usize], segments_max: usize) -> usize {
    let size = sizes[0];
    let fits = (60_000 / size.max(1)).clamp(1, segments_max.max(1));
    let equal = sizes.iter().take(fits).take_while(|other| **other == size).count();
    let tail = sizes.get(equal).is_some_and(|next| equal < fits && *next < size);
    equal + usize::from(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_equal_with_a_smaller_tail() {
        assert_eq!(run_length(&[100, 100, 100], 64), 3);
        assert_eq!(run_length(&[100, 100, 80, 80], 64), 3);
        assert_eq!(run_length(&[100, 120], 64), 1);
        assert_eq!(run_length(&[100, 100, 100], 2), 2);
        assert_eq!(run_length(&[100, 100, 100], 1), 1);
    }

    #[test]
    fn nothing_is_lost_between_runs() {
        let mut batch = Batch::default();
        let datagrams: [&[u8]; 5] = [b"aaaa", b"bbbb", b"cc", b"dd", b"eeeeee"];
        datagrams.iter().for_each(|datagram| batch.push(datagram));
        let runs: Vec<_> = batch.runs(64).map(|run| (run.bytes, run.size, run.count)).collect();
        assert_eq!(runs, [(&b"aaaabbbbcc"[..], 4, 3), (b"dd", 2, 1), (b"eeeeee", 6, 1)]);
        assert_eq!(batch.iter().collect::<Vec<_>>(), datagrams);
        assert_eq!((batch.len(), batch.is_empty()), (5, false));
    }
}
