//! What a listener gets in each section.

use super::*;
use crate::media::leg::BED_LEG;

#[test]
fn a_listener_gets_the_slot_with_the_speaker_named() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    for slot in 0..AUDIO_SLOTS {
        let speaker = Some(ParticipantId(100 + slot as u32));
        let header = LegHeader { sequence: 7, timestamp: 960, marker: true, speaker };
        pair.client_hears(slot, header, b"voice");
    }
    (0..4).for_each(|_| pair.step());
    assert_eq!(pair.heard.len(), AUDIO_SLOTS);
    for (slot, packet) in pair.heard.iter().enumerate() {
        assert_eq!(packet.header.csrc, [100 + slot as u32]);
        assert_eq!(packet.header.payload_type, 109, "the client's own number for Opus");
        assert_eq!(&packet.payload[..], b"voice");
    }
}

#[test]
fn the_bed_comes_in_its_own_section_and_names_nobody() {
    let older = [Profile::Srtp_Aes128_Cm_Hmac_Sha1_80];
    for profiles in [&MODERN[..], &older] {
        let mut pair = Pair::new(Lose::Nothing, profiles);
        pair.connect(Duration::from_secs(12)).expect("connected");
        let voice = LegHeader { sequence: 7, timestamp: 960, marker: true, speaker: Some(ParticipantId(5)) };
        pair.client_hears(0, voice, b"voice");
        pair.client_hears(BED_LEG, LegHeader { speaker: None, ..voice }, b"murmur");
        (0..4).for_each(|_| pair.step());
        let [voice, murmur] = &pair.heard[..] else { panic!("two packets, not {}", pair.heard.len()) };
        assert_ne!(murmur.header.ssrc, voice.header.ssrc);
        assert_eq!((&murmur.header.csrc[..], &murmur.payload[..]), (&[][..], &b"murmur"[..]));
        assert_eq!(murmur.header.payload_type, voice.header.payload_type);
    }
}
