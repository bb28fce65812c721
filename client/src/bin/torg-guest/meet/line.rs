//! The lines by which guests are led through a meeting.

use std::str::FromStr;
use std::time::Duration;
use torg_client::Audience;
use torg_protocol::people::Role;

/// What stands between two things in a line: titles and names have spaces themselves.
const BETWEEN: &str = " / ";

/// What [`super::MeetOptions`] says of lines.
pub(super) const HELP: &str = "\
Lines on the standard input, each `[SECONDS] NAME DOES …`; a line with seconds waits until so long after the start:

  Ann come                          comes in; `come speaking` with a voice, `come hosting` by the link of --host
  Ann post Rota                     brings a topic
  Ann place Rota / Round 1 / Oak    puts it on a slot and a table
  Bob sit Rota                      waits until a topic is placed, and joins its table
  Bob join Oak                      joins a table
  Bob leave                         stands up
  Bob cut                           loses the line, and comes back
  Bob look | visits                 tells the board and who is there, or what is recorded of Bob (of all: a host)
  Ann speak everybody               speaks over everything, to `everybody`, `conveners` or `zone:NAME`
  Ann end speech                    speaks as one among others again
  Ann lend Bob                      a host lends the word; `Ann take back Bob` takes it back
  Ann keep out Oak                  keeps broadcasts out of a closed table; `Ann let in Oak` lets them in again
  Ann bring piece at Oak            brings a talking piece to a table; `Ann put away piece at Oak` puts it away
  Ann give piece to Bob             gives it to somebody, at the table where they sit
  Bob take piece                    takes it from the middle of the own table; `Bob lay down piece` lays it there
  Ann plenum Stage                  calls everybody to a zone; `Ann plenum` where the server thinks best
  Ann end plenum                    takes the call back
  Bob stay                          stays, whatever the plenum
  Bob let listen at Oak             lets who passes listen; `Bob let nobody listen at Oak` ends that
  Ann end sound Music               ends a stream, or a sound that is played
  Bob home                          goes home; may come again
  Ann slot Round 1 / 60 / 900       a host makes a slot that begins in 60 s and lasts 900 s
  Ann ring Round 1 / 5 / 900        a host lets it begin in 5 s instead
  Ann grant Bob / helper            a host gives a role

Each guest does one thing after the other, and again when the server went away meanwhile. Names are one word, each
another. At the end of the input all go home.";

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Not before so long after the start.
    pub(super) at: Option<Duration>,
    pub(super) who: String,
    pub(super) does: Deed,
    /// What follows the time, as it was written.
    pub(super) text: String,
}

/// What a guest is told to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    Come { speaks: bool, hosts: bool },
    Post { title: String },
    Place { title: String, slot: String, table: String },
    Sit { title: String },
    Join { table: String },
    Leave,
    Cut,
    Look,
    Visits,
    Home,
    Slot(SlotTimes),
    Ring(SlotTimes),
    Grant { to: String, role: Role },
    Speak { to: Audience },
    EndSpeech,
    Lend { to: String, lent: bool },
    KeepOut { table: String, kept_out: bool },
    BringPiece { table: String },
    PutPieceAway { table: String },
    GivePiece { to: String },
    TakePiece,
    LayPieceDown,
    Plenum { zone: Option<String> },
    EndPlenum,
    Stay,
    LetListen { table: String, allowed: bool },
    EndSound { name: String },
}

/// When a slot begins and how long it lasts, counted from when the line is done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SlotTimes {
    pub(super) name: String,
    pub(super) begins_in: Duration,
    pub(super) lasts: Duration,
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (at, text) = match text.split_once(' ').map(|(first, rest)| (crate::seconds(first), rest)) {
            Some((Ok(at), rest)) => (Some(at), rest.trim()),
            _ => (None, text),
        };
        let (who, does) = text.split_once(' ').ok_or("a line says who does what: `Ann come`")?;
        Ok(Self { at, who: who.to_owned(), does: does.parse()?, text: text.to_owned() })
    }
}

impl FromStr for Deed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (verb, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let parts: Vec<String> =
            rest.split(BETWEEN).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        Ok(match (verb, parts.as_slice()) {
            ("come", words) => coming(words)?,
            ("post", [title]) => Self::Post { title: title.clone() },
            ("place", [title, slot, table]) => {
                Self::Place { title: title.clone(), slot: slot.clone(), table: table.clone() }
            }
            ("sit", [title]) => Self::Sit { title: title.clone() },
            ("join", [table]) => Self::Join { table: table.clone() },
            ("leave", []) => Self::Leave,
            ("cut", []) => Self::Cut,
            ("look", []) => Self::Look,
            ("visits", []) => Self::Visits,
            ("home", []) => Self::Home,
            ("slot", [name, begins_in, lasts]) => Self::Slot(SlotTimes::parse(name, begins_in, lasts)?),
            ("ring", [name, begins_in, lasts]) => Self::Ring(SlotTimes::parse(name, begins_in, lasts)?),
            ("grant", [to, role]) => Self::Grant { to: to.clone(), role: role_named(role)? },
            ("speak", [to]) => Self::Speak { to: to.parse().map_err(|error| format!("{error}, not to `{to}`"))? },
            ("end", [what]) if what == "speech" => Self::EndSpeech,
            ("end", [what]) if what == "plenum" => Self::EndPlenum,
            ("end", [words]) => Self::EndSound { name: after("sound ", words)? },
            ("lend", [to]) => Self::Lend { to: to.clone(), lent: true },
            ("bring", [words]) => Self::BringPiece { table: after("piece at ", words)? },
            ("put", [words]) => Self::PutPieceAway { table: after("away piece at ", words)? },
            ("give", [words]) => Self::GivePiece { to: after("piece to ", words)? },
            ("take", [what]) if what == "piece" => Self::TakePiece,
            ("lay", [what]) if what == "down piece" => Self::LayPieceDown,
            ("plenum", zone @ ([] | [_])) => Self::Plenum { zone: zone.first().cloned() },
            ("stay", []) => Self::Stay,
            ("take", [words]) => Self::Lend { to: after("back ", words)?, lent: false },
            ("keep", [words]) => Self::KeepOut { table: after("out ", words)?, kept_out: true },
            ("let", [words]) => letting(words)?,
            _ => return Err(format!("nobody can `{text}`: see `torg-guest meet --help`")),
        })
    }
}

impl SlotTimes {
    fn parse(name: &str, begins_in: &str, lasts: &str) -> Result<Self, String> {
        Ok(Self { name: name.to_owned(), begins_in: crate::seconds(begins_in)?, lasts: crate::seconds(lasts)? })
    }
}

fn coming(words: &[String]) -> Result<Deed, String> {
    let words: Vec<&str> = words.iter().flat_map(|words| words.split(' ')).collect();
    if let Some(other) = words.iter().find(|word| !["speaking", "hosting"].contains(word)) {
        return Err(format!("one can `come speaking` and `come hosting`, not `{other}`"));
    }
    Ok(Deed::Come { speaks: words.contains(&"speaking"), hosts: words.contains(&"hosting") })
}

fn letting(words: &str) -> Result<Deed, String> {
    let listening = [("listen at ", true), ("nobody listen at ", false)];
    match listening.into_iter().find(|(says, _)| words.starts_with(says)) {
        Some((says, allowed)) => Ok(Deed::LetListen { table: after(says, words)?, allowed }),
        None => Ok(Deed::KeepOut { table: after("in ", words)?, kept_out: false }),
    }
}

/// What stands behind the second word of a deed that has two.
fn after(word: &str, words: &str) -> Result<String, String> {
    let rest = words.strip_prefix(word).map(|rest| rest.trim().to_owned());
    rest.filter(|rest| !rest.is_empty()).ok_or_else(|| format!("`{word}` and a name are wanted, not `{words}`"))
}

fn role_named(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| format!("`{text}` is no role: {}", known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_help_says() {
        let of_help = HELP.lines().filter(|line| line.starts_with("  ")).map(|line| line.trim());
        let written = of_help.map(|line| line.split("   ").next().expect("a line").replace(" | visits", ""));
        for line in written {
            let read: Line = line.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!((read.at, read.text), (None, line));
        }
    }

    #[test]
    fn a_line_may_say_when() {
        let read: Line = "12.5 Ann place Who keeps watch? / Round 1 / Oak".parse().expect("a line");
        assert_eq!((read.at, read.who.as_str()), (Some(Duration::from_millis(12_500)), "Ann"));
        let title = "Who keeps watch?".to_owned();
        assert_eq!(read.does, Deed::Place { title, slot: "Round 1".to_owned(), table: "Oak".to_owned() });
    }

    #[test]
    fn lending_and_keeping_out_have_their_opposites() {
        let does = |text: &str| text.parse::<Line>().expect(text).does;
        assert_eq!(does("Ann take back Bob"), Deed::Lend { to: "Bob".to_owned(), lent: false });
        let table = "Stille prat".to_owned();
        assert_eq!(does("Ann let in Stille prat"), Deed::KeepOut { table, kept_out: false });
        assert_eq!(does("Ann speak zone:Foyer"), Deed::Speak { to: Audience::Zone("Foyer".to_owned()) });
    }

    #[test]
    fn a_piece_is_brought_given_taken_and_laid_down() {
        let does = |text: &str| text.parse::<Line>().expect(text).does;
        let table = "Stille prat".to_owned();
        assert_eq!(does("Ann bring piece at Stille prat"), Deed::BringPiece { table: table.clone() });
        assert_eq!(does("Ann put away piece at Stille prat"), Deed::PutPieceAway { table: table.clone() });
        assert_eq!(does("Ann give piece to Bob"), Deed::GivePiece { to: "Bob".to_owned() });
        assert_eq!((does("Bob take piece"), does("Bob lay down piece")), (Deed::TakePiece, Deed::LayPieceDown));
        assert_eq!(does("Bob let nobody listen at Stille prat"), Deed::LetListen { table, allowed: false });
    }

    #[test]
    fn a_plenum_may_have_a_zone_and_ends() {
        let does = |text: &str| text.parse::<Line>().expect(text).does;
        let zone = |zone: &str| Deed::Plenum { zone: Some(zone.to_owned()) };
        assert_eq!(
            (does("Ann plenum"), does("Ann plenum Stille krok")),
            (Deed::Plenum { zone: None }, zone("Stille krok"))
        );
        assert_eq!((does("Ann end plenum"), does("Bob stay")), (Deed::EndPlenum, Deed::Stay));
        assert_eq!(does("Ann end sound Pause music"), Deed::EndSound { name: "Pause music".to_owned() });
    }

    #[test]
    fn what_nobody_can_do_is_refused_in_words() {
        let odd = ["Ann", "Ann fly", "Ann place Rota", "Ann come flying", "Ann grant Bob / king", ""];
        let odder = ["Ann speak softly", "Ann take Bob", "Ann keep out", "Ann end", "Ann end it", "Ann let be"];
        let pieces = ["Ann bring piece", "Ann give piece", "Ann take piece home", "Ann lay down", "Ann stay here"];
        for line in odd.into_iter().chain(odder).chain(pieces) {
            assert!(line.parse::<Line>().expect_err(line).len() > 10, "{line}");
        }
    }
}
