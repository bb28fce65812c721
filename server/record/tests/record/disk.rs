//! A disk that is full, for real: a small file system in memory, where we may make one.

use crate::support::{Place, all, append, entries, entry, id, numbers, run};
use std::path::Path;
use std::process::Command;
use torg_record::{AppendError, NewEntry, Reason, Sequence};

/// A file system of two megabytes below a folder; it goes with this.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(at);
        mount.output().ok().filter(|done| done.status.success()).map(|_| Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

fn long(number: u64) -> NewEntry {
    let mut long = entry(number);
    long.body = vec![b'x'; 20_000];
    long
}

#[test]
fn a_full_disk_is_told_in_words_and_writing_goes_on_when_there_is_room() {
    let place = Place::sqlite();
    let Some(disk) = SmallDisk::mount(place.folder.path()) else {
        // What SQLite says of a full disk is also tested with a bound on its pages, beside the writer.
        println!("only root may make a small disk: left out");
        return;
    };
    let ballast = place.folder.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1_000_000]).expect("room for it");
    run(async {
        let record = place.open().await;
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        append(&mut log, 1..=3).await;
        let refused = loop {
            let many = (0..10).map(|_| long(0)).collect();
            match log.append(many).expect("room in the queue").await {
                Ok(_) => {}
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused, AppendError::Failed(Reason::DiskFull));
        assert_eq!(
            refused.to_string(),
            "this could not be written down: there is no room left on the disk of the record"
        );
        let kept = log.last();
        // A server that starts on a full disk still shows what is there.
        let other = place.open().await;
        let (_, replay) = other.space(id("torg")).await.expect("readable");
        assert_eq!(all(replay).await.len() as u64, kept.0);
        other.close().await;

        std::fs::remove_file(&ballast).expect("room is made");
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        assert_eq!(log.append(entries(1..=2)).expect("room").await, Ok(Sequence(kept.0 + 2)));
        record.close().await;

        let record = place.open().await;
        let (log, replay) = record.space(id("torg")).await.expect("a space");
        let found = all(replay).await;
        assert_eq!(log.last(), Sequence(kept.0 + 2));
        assert_eq!(numbers(&found[..3]), [1, 2, 3]);
        assert_eq!(found.len() as u64, kept.0 + 2, "nothing of what failed is there");
        record.close().await;
    });
    drop(disk);
}
