//! How a guest comes in, what they say and what they keep.

use crate::broadcast::Murmur;
use crate::error::GuestError;
use crate::sound::mischief::Mischief;
use std::path::PathBuf;
use torg_protocol::geometry::Point;
use torg_protocol::message::Start;
use torg_protocol::people::Listening;
use torg_protocol::text::Label;

/// How a guest comes in. Everything but the name has a quiet default: no microphone, no recording, no start.
///
/// ```
/// use torg_client::Options;
///
/// let ann = Options::named("Ann").at(3.0, 4.0).tone(440.0).record("ann.wav");
/// # let _ = ann;
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) name: String,
    pub(crate) start: Option<StartAt>,
    pub(crate) sound: Option<SoundSource>,
    pub(crate) record: Option<PathBuf>,
    pub(crate) listening: Listening,
    pub(crate) murmur: Murmur,
    pub(crate) media: MediaChoice,
    pub(crate) emulator: Emulator,
    pub(crate) person: Option<String>,
    pub(crate) decodes: bool,
}

/// Where to start, unchecked.
#[derive(Clone, Debug)]
pub(crate) enum StartAt {
    Metres(f64, f64),
    Table(String),
}

/// What plays into the microphone.
#[derive(Clone, Debug)]
pub(crate) enum SoundSource {
    Tone {
        hertz: f32,
    },
    File(PathBuf),
    /// With a seed.
    Mischief(Mischief, u64),
}

/// How sound travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaChoice {
    Udp,
    Tcp,
    /// No peer connection at all.
    None,
}

/// A network emulator for tests, between the guest's UDP socket and the network: what it drops never leaves, or
/// never arrives. The same seed drops the same datagrams of the same traffic. Not for `--tcp`, where nothing is
/// lost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Emulator {
    /// The share of datagrams that is lost, 0 to 1, in each direction.
    pub loss: f32,
    /// The seed of the losses.
    pub seed: u64,
    /// Datagrams of the DTLS handshake that are lost on the way out, counted from 0 over the guest's life.
    pub drop_dtls_sent: Vec<u32>,
    /// Datagrams of the DTLS handshake that are lost on the way in.
    pub drop_dtls_received: Vec<u32>,
}

impl Options {
    /// A guest of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            start: None,
            sound: None,
            record: None,
            listening: Listening::Forwarded,
            murmur: Murmur::OFF,
            media: MediaChoice::Udp,
            emulator: Emulator::default(),
            person: None,
            decodes: true,
        }
    }

    /// Starts at a place, metres from left and top.
    #[must_use]
    pub fn at(mut self, x_m: f64, y_m: f64) -> Self {
        self.start = Some(StartAt::Metres(x_m, y_m));
        self
    }

    /// Starts on a free seat of a table.
    #[must_use]
    pub fn at_table(mut self, name: impl Into<String>) -> Self {
        self.start = Some(StartAt::Table(name.into()));
        self
    }

    /// Speaks a sine of -12 dBFS RMS without a pause.
    #[must_use]
    pub fn tone(mut self, hertz: f32) -> Self {
        self.sound = Some(SoundSource::Tone { hertz });
        self
    }

    /// Plays a WAV file once.
    #[must_use]
    pub fn play(mut self, file: impl Into<PathBuf>) -> Self {
        self.sound = Some(SoundSource::File(file.into()));
        self
    }

    /// Sends what no honest client sends: for tests of what others hear of it. The same seed sends the same.
    #[must_use]
    pub fn mischief(mut self, kind: Mischief, seed: u64) -> Self {
        self.sound = Some(SoundSource::Mischief(kind, seed));
        self
    }

    /// Records what the ear gets, from joining to leaving: 48 kHz, 16 bits, stereo.
    #[must_use]
    pub fn record(mut self, file: impl Into<PathBuf>) -> Self {
        self.record = Some(file.into());
        self
    }

    /// Has the murmur of the far square, so many decibels from what its law says: at most 0. Without it there is none.
    #[must_use]
    pub fn murmur(mut self, gain_db: f32) -> Self {
        self.murmur = Murmur::from_db(gain_db);
        self
    }

    /// Gets everything in one stream, mixed by the server.
    #[must_use]
    pub fn mixed(mut self) -> Self {
        self.listening = Listening::Mixed;
        self
    }

    /// Sends and receives sound over TCP only, as behind a firewall that lets no UDP through.
    #[must_use]
    pub fn over_tcp(mut self) -> Self {
        self.media = MediaChoice::Tcp;
        self
    }

    /// Makes no peer connection: sees and walks, but neither speaks nor hears.
    #[must_use]
    pub fn without_media(mut self) -> Self {
        self.media = MediaChoice::None;
        self
    }

    /// Takes in voices and counts them, and decodes none: for many guests on one machine. Who is heard how loud is not
    /// known then.
    #[must_use]
    pub fn without_decoding(mut self) -> Self {
        self.decodes = false;
        self
    }

    /// Comes as the person that they were before: by the token of that welcome, [`crate::Guest::person_token`].
    #[must_use]
    pub fn as_person(mut self, token: impl Into<String>) -> Self {
        self.person = Some(token.into());
        self
    }

    /// Behind a bad network, for tests.
    #[must_use]
    pub fn behind(mut self, emulator: Emulator) -> Self {
        self.emulator = emulator;
        self
    }

    /// The start as the hello names it.
    pub(crate) fn start(&self) -> Result<Option<Start>, GuestError> {
        Ok(match &self.start {
            None => None,
            Some(StartAt::Metres(x_m, y_m)) => Some(Start::At(Point::from_metres(*x_m, *y_m)?)),
            Some(StartAt::Table(name)) => Some(Start::Table(Label::parse(name)?)),
        })
    }
}

impl Emulator {
    /// Loses a share of all datagrams, 0 to 1, in each direction.
    #[must_use]
    pub fn loss(share: f32, seed: u64) -> Self {
        Self { loss: share, seed, ..Self::default() }
    }

    /// Loses one datagram of the DTLS handshake on its way out.
    #[must_use]
    pub fn drop_dtls_sent(number: u32) -> Self {
        Self { drop_dtls_sent: vec![number], ..Self::default() }
    }

    /// Loses one datagram of the DTLS handshake on its way in.
    #[must_use]
    pub fn drop_dtls_received(number: u32) -> Self {
        Self { drop_dtls_received: vec![number], ..Self::default() }
    }
}
