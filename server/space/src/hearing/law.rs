//! The law of the murmur: how loud, how dull and from where a voice is in a bed.

use crate::limits::{
    BED_CELL_M, BED_CELL_SHARE, BED_HYSTERESIS_M, BED_LOW_PASS_HZ, BED_LOW_PASS_HZ_MIN, BED_NEAR_M_MIN, MIXER_DELAY,
};
use glam::Vec2;
use std::f32::consts::FRAC_PI_2;
use torg_protocol::geometry::{HearingLaw, WALKING_SPEED_M_S};

/// A listener is at most so far from a place whose bed still reaches their ear.
const FROM_PLACE_M_MAX: f32 = BED_HYSTERESIS_M + MIXER_DELAY.0 as f32 / 1_000.0 * WALKING_SPEED_M_S;
const _: () = assert!(BED_NEAR_M_MIN > FROM_PLACE_M_MAX, "a listener's own voice would come back in the bed");

/// How much of its width a place is ahead of the edge where its bed is full. With less, ears at the far side of a place
/// have lost a voice before the bed has it; with more, ears at the near side hear it twice for longer. A story walks in
/// and out and measures what is missing in between.
const FULL_SHARE: f32 = 0.65;

/// The law for the bed of one place.
///
/// A voice has the inverse distance law without an edge, times a fade `sin^2` that begins at `near_m`. Earshot fades out
/// between 0.8 edge and the edge, measured from an ear; the bed fades in measured from its place, of which an ear may
/// be anywhere. So the wider the place, the earlier the bed begins, and where it is full an ear at the far side still
/// hears the last of the voice by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BedLaw {
    hearing: HearingLaw,
    /// From here on a voice is in the bed, metres from the nearest point of the place.
    near_m: f32,
    /// From here on the fade takes nothing away.
    full_m: f32,
}

impl BedLaw {
    /// The law for a place whose ears are at most so far apart.
    pub(super) fn new(hearing: HearingLaw, across_m: f32) -> Self {
        let HearingLaw { edge_m, .. } = hearing;
        let near_m = (0.8 * edge_m - across_m).max(BED_NEAR_M_MIN);
        let full_m = (edge_m - FULL_SHARE * across_m).max(near_m + 0.1 * edge_m);
        Self { hearing, near_m, full_m }
    }

    /// The factor on the amplitude, 0 to 1, of a voice at distances in metres from the nearest point of the place and
    /// from its middle. Without a jump; 0 up to the near end; falls as the inverse of the distance beyond the fade.
    pub(super) fn gain(self, nearest_m: f32, middle_m: f32) -> f32 {
        // NaN is not farther than anything.
        if !(nearest_m > self.near_m && middle_m.is_finite()) {
            return 0.0;
        }
        let inverse = self.hearing.reference_m / middle_m.max(self.hearing.reference_m);
        if nearest_m >= self.full_m {
            return inverse;
        }
        let into_fade = (nearest_m - self.near_m) / (self.full_m - self.near_m);
        inverse * (FRAC_PI_2 * into_fade).sin().powi(2)
    }

    /// Above this a voice at such a distance from the middle is muffled, hertz: air and pavement take the high sounds
    /// first, so the same share is lost with each doubling.
    pub(super) fn low_pass_hz(self, middle_m: f32) -> f32 {
        (BED_LOW_PASS_HZ * self.hearing.edge_m / middle_m).max(BED_LOW_PASS_HZ_MIN)
    }
}

/// How wide a cell is that shares a bed, metres.
pub(super) fn cell_m(hearing: HearingLaw) -> f32 {
    BED_CELL_M.min(hearing.edge_m * BED_CELL_SHARE)
}

/// From where something comes to who faces up: 0 is ahead, to the right is positive, -pi to pi. In steps of half a
/// degree, less than an ear tells apart, so that a mix changes only when somebody can hear it.
pub(super) fn azimuth_rad(ear_m: Vec2, mouth_m: Vec2) -> f32 {
    const STEPS_A_RADIAN: f32 = 128.0;
    let way_m = mouth_m - ear_m;
    // Upward is negative on the map. Who stands on one spot with the listener is ahead.
    let azimuth_rad = if way_m == Vec2::ZERO { 0.0 } else { way_m.x.atan2(-way_m.y) };
    // Plus nothing: a minus before a zero says nothing.
    (azimuth_rad * STEPS_A_RADIAN).trunc() / STEPS_A_RADIAN + 0.0
}

/// A factor or a frequency in steps of less than half a percent: 0.03 dB.
pub(super) fn rounded(value: f32) -> f32 {
    const BITS_DROPPED: u32 = 15;
    let half = 1 << (BITS_DROPPED - 1);
    f32::from_bits((value.abs().to_bits() + half) & !((1 << BITS_DROPPED) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f32::consts::PI;
    use torg_protocol::geometry::HearingPreset;

    fn preset() -> impl Strategy<Value = HearingPreset> {
        prop_oneof![Just(HearingPreset::Close), Just(HearingPreset::Room), Just(HearingPreset::Hall)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_voice_swells_to_the_full_bed_and_falls_from_there(
            preset in preset(), across_m in 0f32..30.0, nearest_m in 0f32..900.0, further_m in 0f32..0.5, middle_share in 0f32..1.0,
        ) {
            let law = BedLaw::new(preset.law(), across_m);
            prop_assert!(BED_NEAR_M_MIN <= law.near_m && law.near_m < law.full_m);
            let middle_m = nearest_m + across_m / 2.0 * middle_share;
            let (near, far) = (law.gain(nearest_m, middle_m), law.gain(nearest_m + further_m, middle_m + further_m));
            prop_assert!((0.0..=1.0).contains(&near), "bounded: {near}");
            prop_assert!(nearest_m > law.near_m || near == 0.0, "nothing near by");
            if nearest_m >= law.full_m {
                prop_assert!(far <= near, "falls where the fade is over");
                let inverse = (preset.law().reference_m / middle_m).min(1.0);
                prop_assert!((near - inverse).abs() < 1e-5, "by the inverse distance law");
            }
            // The fade is never steeper than pi / 2 over its length, nor the inverse law than 1 / reference.
            let steepest = FRAC_PI_2 / (law.full_m - law.near_m) + 1.0 / preset.law().reference_m;
            prop_assert!((far - near).abs() <= steepest * further_m + 1e-5, "without a jump");
            let dull = law.low_pass_hz(middle_m + further_m);
            prop_assert!(dull <= law.low_pass_hz(middle_m) && dull >= BED_LOW_PASS_HZ_MIN, "duller with distance");
        }

        #[test]
        fn swelling_is_monotone_as_far_as_the_fade_outruns_the_distance(preset in preset(), share in 0f32..1.0) {
            let law = BedLaw::new(preset.law(), cell_m(preset.law()) * std::f32::consts::SQRT_2);
            let at_m = |share: f32| law.near_m + (law.full_m - law.near_m) * share * 0.8;
            let gain = |share: f32| law.gain(at_m(share), at_m(share) + cell_m(preset.law()) / 2.0);
            prop_assert!(gain(share) <= gain((share + 0.01).min(1.0)) + 1e-6);
        }

        #[test]
        fn directions_are_right(x in -50f32..50.0, y in -50f32..50.0) {
            let azimuth_rad = azimuth_rad(Vec2::ZERO, Vec2::new(x, y));
            prop_assert!((-PI..=PI).contains(&azimuth_rad));
            prop_assert!(x.abs() < 0.02 * y.abs() || azimuth_rad == 0.0 || (azimuth_rad > 0.0) == (x > 0.0));
        }

        #[test]
        fn rounding_is_fine_and_settles(value in 1e-4f32..20_000.0) {
            prop_assert!((rounded(value) / value - 1.0).abs() < 0.005);
            prop_assert_eq!(rounded(rounded(value)), rounded(value));
        }
    }

    #[test]
    fn figures_of_the_law() {
        let law = BedLaw::new(HearingPreset::Room.law(), 4.0);
        assert!((law.near_m - 5.6).abs() < 1e-5 && (law.full_m - 9.4).abs() < 1e-5);
        assert_eq!((law.gain(5.6, 7.6), law.gain(20.0, 22.0)), (0.0, 2.0 / 22.0));
        assert_eq!((law.low_pass_hz(12.0), law.low_pass_hz(48.0), law.low_pass_hz(500.0)), (8_000.0, 2_000.0, 1_000.0));
        assert_eq!(law.gain(f32::NAN, 1.0) + law.gain(20.0, f32::NAN), 0.0);
        assert_eq!((cell_m(HearingPreset::Close.law()), cell_m(HearingPreset::Hall.law())), (2.0, 4.0));
        assert_eq!(rounded(f32::INFINITY), f32::INFINITY);
        assert_eq!((rounded(1.0), rounded(0.999_9)), (1.0, 1.0), "never above 1");
        let ahead = |x, y| azimuth_rad(Vec2::new(3.0, 3.0), Vec2::new(x, y));
        assert_eq!((ahead(3.0, 3.0), ahead(3.0, 1.0)), (0.0, 0.0), "up on the map is ahead");
        assert!((ahead(9.0, 3.0) - FRAC_PI_2).abs() < 0.01 && (ahead(1.0, 3.0) + FRAC_PI_2).abs() < 0.01);
    }
}
