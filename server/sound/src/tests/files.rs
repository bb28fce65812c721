//! Files as programs write them, written here.

use bytes::Bytes;
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use torg_mix::codec::Encoder;
use torg_mix::{FRAME_SAMPLES, STEREO_SAMPLES};

/// A tone of 440 Hz in one channel, full scale at 1.
pub(super) fn tone(rate_hz: u32, samples: usize, amplitude: f32) -> Vec<f32> {
    let phase = |number: usize| std::f64::consts::TAU * 440.0 * number as f64 / f64::from(rate_hz);
    (0..samples).map(|number| amplitude * phase(number).sin() as f32).collect()
}

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coding {
    Int(u16),
    Float,
}

/// A WAV file of interleaved samples.
pub(super) fn wav(rate_hz: u32, channels: u16, coding: Coding, samples: &[f32]) -> Bytes {
    let (tag, bits) = match coding {
        Coding::Int(bits) => (1_u16, bits),
        Coding::Float => (3, 32),
    };
    let mut data = Vec::new();
    for sample in samples {
        let scaled = |bits: u16| (f64::from(*sample) * (f64::from(1_u32 << (bits - 1)) - 1.0)).round() as i64;
        match coding {
            Coding::Float => data.extend_from_slice(&sample.to_le_bytes()),
            Coding::Int(8) => data.push((scaled(8) + 128) as u8),
            Coding::Int(bits) => data.extend_from_slice(&scaled(bits).to_le_bytes()[..usize::from(bits / 8)]),
        }
    }
    let frame_bytes = channels * bits / 8;
    let mut format = Vec::new();
    format.extend_from_slice(&tag.to_le_bytes());
    format.extend_from_slice(&channels.to_le_bytes());
    format.extend_from_slice(&rate_hz.to_le_bytes());
    format.extend_from_slice(&(rate_hz * u32::from(frame_bytes)).to_le_bytes());
    format.extend_from_slice(&frame_bytes.to_le_bytes());
    format.extend_from_slice(&bits.to_le_bytes());
    riff(&[(b"fmt ", &format), (b"data", &data)])
}

/// A RIFF file of chunks.
pub(super) fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Bytes {
    let mut body = b"WAVE".to_vec();
    for (name, chunk) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&(chunk.len() as u32).to_le_bytes());
        body.extend_from_slice(chunk);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(body.len() as u32).to_le_bytes());
    file.extend_from_slice(&body);
    file.into()
}

/// The header of Opus in Ogg.
pub(super) fn head(channels: u8, skip: u16, gain_q8_db: i16) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.extend_from_slice(&[1, channels]);
    head.extend_from_slice(&skip.to_le_bytes());
    head.extend_from_slice(&44_100_u32.to_le_bytes());
    head.extend_from_slice(&gain_q8_db.to_le_bytes());
    head.push(0);
    head
}

/// Stereo sound as Opus packets of 20 ms. Silence is added until the last frame is full.
pub(super) fn packets(stereo: &[f32]) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(128_000, 5);
    let frames = stereo.chunks(STEREO_SAMPLES).map(|chunk| {
        let mut frame = [0.0; STEREO_SAMPLES];
        frame[..chunk.len()].copy_from_slice(chunk);
        encoder.encode(&frame).expect("a frame").to_vec()
    });
    frames.collect()
}

/// An Ogg stream: a header, tags and packets, ten a page; granules begin at `begins` and end at `ends`, if that is told.
pub(super) fn stream(serial: u32, head: Vec<u8>, packets: &[Vec<u8>], begins: u64, ends: Option<u64>) -> Vec<u8> {
    let mut writer = PacketWriter::new(Vec::new());
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&[4, 0, 0, 0, b't', b'o', b'r', b'g', 0, 0, 0, 0]);
    writer.write_packet(head, serial, PacketWriteEndInfo::EndPage, 0).expect("a header");
    writer.write_packet(tags, serial, PacketWriteEndInfo::EndPage, 0).expect("tags");
    for (number, packet) in packets.iter().enumerate() {
        let is_last = number + 1 == packets.len();
        let granule = begins + ((number + 1) * FRAME_SAMPLES) as u64;
        let (info, granule) = match is_last {
            true => (PacketWriteEndInfo::EndStream, ends.unwrap_or(granule)),
            false if number % 10 == 9 => (PacketWriteEndInfo::EndPage, granule),
            false => (PacketWriteEndInfo::NormalPacket, granule),
        };
        writer.write_packet(packet.clone(), serial, info, granule).expect("a packet");
    }
    writer.into_inner()
}

/// The same in both channels.
pub(super) fn both(mono: &[f32]) -> Vec<f32> {
    mono.iter().flat_map(|sample| [*sample, *sample]).collect()
}
