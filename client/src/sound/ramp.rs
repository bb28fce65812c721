//! A factor that goes over to another one, evenly and a frame at a time.

use super::FRAME_MS;
use std::time::Duration;

/// A factor on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    at: f32,
    /// How far it goes in one frame.
    step: f32,
}

impl Ramp {
    /// Stands at `at`, and goes over `span` within `over`.
    pub(super) fn new(at: f32, span: f32, over: Duration) -> Self {
        let frames = over.as_millis() as f32 / FRAME_MS as f32;
        Self { at, step: span.abs() / frames.max(1.0) }
    }

    /// One frame nearer to where it is to be; gives where it stands at that frame's end.
    pub(super) fn toward(&mut self, target: f32) -> f32 {
        self.at += (target - self.at).clamp(-self.step, self.step);
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_in_time_and_not_before() {
        let mut ramp = Ramp::new(1.0, 0.75, Duration::from_millis(150));
        let way: Vec<f32> = (0..9).map(|_| ramp.toward(0.25)).collect();
        assert!(way.windows(2).all(|pair| pair[0] - pair[1] < 0.101), "{way:?}");
        assert!(way[6] > 0.25, "{way:?}");
        assert_eq!(way[7..], [0.25, 0.25]);
        assert!((ramp.toward(1.0) - 0.35).abs() < 1e-6, "and back");
    }
}
