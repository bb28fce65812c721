//! `torg-guest join`.

use crate::{Mode, murmur_db, seconds, until_told_to_stop};
use clap::Args;
use serde::Serialize;
use std::future::pending;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;
use torg_client::{Audience, Event, Guest, GuestError, LineState, Link, Options, Statistics};

/// One guest.
#[derive(Debug, Args)]
pub(crate) struct JoinOptions {
    /// The join or host link, with its token behind the #.
    link: String,
    /// The name to show.
    #[arg(long, default_value = "Guest")]
    name: String,
    /// Where to start: metres from left and top.
    #[arg(long, value_name = "X,Y", value_parser = place, conflicts_with = "table")]
    at: Option<(f64, f64)>,
    /// Where to walk.
    #[arg(long, value_name = "X,Y", value_parser = place)]
    walk_to: Option<(f64, f64)>,
    /// When to set off, seconds after the sound is connected.
    #[arg(long, value_name = "S", value_parser = seconds, requires = "walk_to")]
    after: Option<Duration>,
    /// The table to start at.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Plays a WAV file into the microphone, once.
    #[arg(long, value_name = "FILE.wav", conflicts_with = "tone")]
    play: Option<PathBuf>,
    /// Plays a sine of -12 dBFS RMS into the microphone.
    #[arg(long, value_name = "HZ", value_parser = hertz)]
    tone: Option<f32>,
    /// Records what the ear gets: 48 kHz, 16 bits, stereo.
    #[arg(long, value_name = "OUT.wav")]
    record: Option<PathBuf>,
    /// Lets the murmur of the far square in, so many decibels quieter than its law says: -80 to 0. Without it there is
    /// none.
    #[arg(long, value_name = "DB", allow_negative_numbers = true, value_parser = murmur_db)]
    murmur: Option<f32>,
    /// How sound comes: voices each in a stream of its own, or all in one stream that the server mixes.
    #[arg(long, value_enum, default_value_t = Mode::Forwarded)]
    mode: Mode,
    /// Speaks over everything once the sound is connected: to `everybody`, `zone:NAME` or `conveners`. Hosts may, and who
    /// was lent the word.
    #[arg(long, value_name = "TO")]
    speak: Option<Audience>,
    /// How long to stay, counted from the sound's connection; without it, until Ctrl-C.
    #[arg(long = "for", value_name = "S", value_parser = seconds)]
    stay: Option<Duration>,
    /// Brings a topic to the marketplace.
    #[arg(long, value_name = "TITLE")]
    post: Option<String>,
    /// The slot to place the topic in.
    #[arg(long, value_name = "NAME", requires_all = ["post", "at_table"])]
    at_slot: Option<String>,
    /// The table to place the topic at.
    #[arg(long, value_name = "NAME", requires_all = ["post", "at_slot"])]
    at_table: Option<String>,
    /// Waits until a topic is placed, and joins the table where it is held.
    #[arg(long, value_name = "TITLE", conflicts_with = "walk_to")]
    table_of: Option<String>,
    /// Prints one JSON object a line; the last is the summary.
    #[arg(long)]
    json: bool,
    /// Sound over TCP only.
    #[arg(long)]
    tcp: bool,
}

/// How long a topic may take to be placed: a market's opening.
const TOPIC_WAIT: Duration = Duration::from_secs(600);

fn place(text: &str) -> Result<(f64, f64), String> {
    let wanted = || "a place is two numbers of metres: X,Y".to_owned();
    let (x, y) = text.split_once(',').ok_or_else(wanted)?;
    let metres = |text: &str| text.trim().parse::<f64>().map_err(|_| wanted());
    Ok((metres(x)?, metres(y)?))
}

fn hertz(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(hertz) if (20.0..=20_000.0).contains(&hertz) => Ok(hertz),
        _ => Err("a tone has 20 to 20000 Hz".to_owned()),
    }
}

/// What is printed: for people, or one JSON object a line.
struct Printer {
    json: bool,
    began: Instant,
}

#[derive(Serialize)]
struct EventLine<'a> {
    #[serde(flatten)]
    event: &'a Event,
    at_s: f64,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    statistics: &'a Statistics,
}

impl Printer {
    fn event(&self, event: &Event) -> anyhow::Result<()> {
        let at_s = (self.began.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        if self.json { self.line(&EventLine { event, at_s }) } else { self.words(&format!("{at_s:8.3} s  {event}")) }
    }

    fn summary(&self, statistics: &Statistics) -> anyhow::Result<()> {
        if self.json {
            return self.line(&SummaryLine { event: "summary", statistics });
        }
        match statistics.first_audio_ms {
            Some(first_ms) => self.words(&format!("first sound after {first_ms:.0} ms"))?,
            None => self.words("no sound came")?,
        }
        self.words(&format!(
            "{} packets, {} lost, jitter {:.1} ms, longest gap {:.0} ms",
            statistics.packets_received, statistics.packets_lost, statistics.jitter_ms, statistics.longest_gap_ms
        ))?;
        if statistics.bed_packets_received > 0 {
            let (came, lost) = (statistics.bed_packets_received, statistics.bed_packets_lost);
            self.words(&format!("{came} packets of the bed, {lost} lost"))?;
        }
        for heard in &statistics.heard {
            self.words(&format!("heard {} for {:.1} s at {:.1} dBFS", heard.name, heard.seconds, heard.rms_dbfs))?;
        }
        Ok(())
    }

    fn line(&self, object: &impl Serialize) -> anyhow::Result<()> {
        self.words(&serde_json::to_string(object)?)
    }

    fn words(&self, words: &str) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{words}")?;
        Ok(stdout.flush()?)
    }
}

/// Runs one guest from joining to leaving.
pub(crate) async fn run(options: JoinOptions) -> anyhow::Result<()> {
    let link: Link = options.link.parse()?;
    let printer = Printer { json: options.json, began: Instant::now() };
    let guest = match Guest::join(&link, guest_options(&options)).await {
        Ok(guest) => guest,
        Err(error) => {
            if let (true, GuestError::Refused(refusal)) = (options.json, &error) {
                printer.event(&Event::Refused { code: refusal.code, message: refusal.message.clone() })?;
            }
            return Err(error.into());
        }
    };
    stay(guest, &options, &printer).await
}

async fn stay(mut guest: Guest, options: &JoinOptions, printer: &Printer) -> anyhow::Result<()> {
    let mut events = guest.events();
    if let Some(audience) = &options.speak {
        // Whether it may, an event tells.
        guest.ask_to_speak(audience).await?;
    }
    market(&mut guest, options).await?;
    let set_off = async {
        match options.walk_to {
            Some(to) => {
                sleep(options.after.unwrap_or_default()).await;
                to
            }
            None => pending().await,
        }
    };
    let time_up = async {
        match options.stay {
            Some(stay) => sleep(stay).await,
            None => pending().await,
        }
    };
    let told = until_told_to_stop();
    tokio::pin!(set_off, time_up, told);
    let mut walks = true;
    let over = loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => printer.event(&event)?,
                // Told too much at once: what is lost are lines on the screen.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break None,
            },
            (x_m, y_m) = &mut set_off, if walks => {
                walks = false;
                guest.set_off_for(x_m, y_m).await?;
            }
            () = &mut time_up => break None,
            told = &mut told => {
                told?;
                break None;
            }
            over = until_over(&guest) => break Some(over),
        }
    };
    let statistics = guest.leave().await?;
    while let Ok(event) = events.try_recv() {
        printer.event(&event)?;
    }
    printer.summary(&statistics)?;
    match over {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

/// What the guest does on the marketplace before it stays.
async fn market(guest: &mut Guest, options: &JoinOptions) -> anyhow::Result<()> {
    if let Some(title) = &options.post {
        guest.post_topic(title, options.at_slot.as_deref().zip(options.at_table.as_deref())).await?;
    }
    if let Some(title) = &options.table_of {
        guest.wait_until_placed(title, TOPIC_WAIT).await?;
        guest.table_of(title).await?;
    }
    Ok(())
}

/// Waits until the stay is over without our doing.
async fn until_over(guest: &Guest) -> GuestError {
    loop {
        sleep(Duration::from_millis(200)).await;
        if let LineState::Over(why) = &guest.view().line {
            return why.clone();
        }
    }
}

fn guest_options(options: &JoinOptions) -> Options {
    let mut guest = Options::named(&options.name);
    if let Some((x_m, y_m)) = options.at {
        guest = guest.at(x_m, y_m);
    }
    if let Some(table) = &options.table {
        guest = guest.at_table(table);
    }
    if let Some(hertz) = options.tone {
        guest = guest.tone(hertz);
    }
    if let Some(file) = &options.play {
        guest = guest.play(file);
    }
    if let Some(file) = &options.record {
        guest = guest.record(file);
    }
    if let Some(gain_db) = options.murmur {
        guest = guest.murmur(gain_db);
    }
    if options.mode == Mode::Mixed {
        guest = guest.mixed();
    }
    if options.tcp { guest.over_tcp() } else { guest }
}
