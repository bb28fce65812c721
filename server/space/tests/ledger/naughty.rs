//! Strings that break things, in every field: each is taken whole, or refused in words, and none is half taken.

use crate::desk::{Desk, text};
use torg_protocol::agenda::LanguageTag;
use torg_protocol::people::Role;
use torg_protocol::text::{Label, PersonName, Prose, Title};
use torg_space::ledger::{Actor, Change, Ledger};

/// From the "big list of naughty strings" (Max Woolf, MIT), one or two of each kind.
const NAUGHTY: &[&str] = &[
    "",
    "undefined",
    "null",
    "NaN",
    "1/0",
    "0xffffffffffffffff",
    ",./;'[]\\-=",
    "<>?:\"{}|_+",
    "!@#$%^&*()`~",
    "\u{1}\u{2}\u{3}\u{7f}",
    "\t\u{b}\u{c}\u{85}\u{2028}\u{feff}",
    "\u{fffe}",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "Ⱥ",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
    "( ͡° ͜ʖ ͡°)",
    "👨‍👩‍👧‍👦 👾 🙇🏽 🏳️‍🌈",
    "１２３",
    "بولندا، الإطلاق عل إيو",
    "\u{202a}\u{202a}test\u{202a}",
    "\u{2066}test\u{2067}",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "<script>alert(123)</script>",
    "\"><img src=x onerror=alert(2)>",
    "1;DROP TABLE users",
    "' OR 1=1 -- 1",
    "$(touch /tmp/blns.fail)",
    "../../../../../etc/passwd%00",
    "%s%s%s%n",
    "{0}",
    "\0",
    "\u{1b}[31mred\u{1b}[0m",
    "Scunthorpe General Hospital",
    "Power لُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗",
];

#[test]
fn naughty_strings_are_taken_whole_or_refused_in_words() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    let long = "å".repeat(10_000);
    for naughty in NAUGHTY.iter().copied().chain([long.as_str()]) {
        match Title::parse(naughty) {
            Ok(title) => {
                let mut words = text("T");
                words.title = title;
                let post = Change::PostTopic { text: words, convener: None, at: None, anyway: false };
                desk.does(host, post).expect("a topic");
                let card = desk.ledger.cards().last().expect("it is there");
                assert_eq!(card.title.as_str(), naughty.trim());
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
        if let Ok(prose) = Prose::parse(naughty) {
            let topic = desk.post(host, "For words", None).expect("a topic");
            let done = desk.does(host, Change::AddComment { topic, text: prose.clone() });
            assert_eq!(done.is_ok(), !prose.as_str().is_empty());
            desk.does(host, Change::CallForHelp { words: prose.clone() }).expect("a call");
            let mut words = text("T");
            words.description = prose.clone();
            desk.does(host, Change::EditTopic { topic, text: words }).expect("a description");
            let detail = desk.ledger.topic_detail(topic, Actor::Person(host)).expect("live");
            assert_eq!(detail.description, prose);
        }
        if let Ok(name) = PersonName::parse(naughty) {
            desk.does(host, Change::Rename { name: name.clone() }).expect("a name");
            assert_eq!(desk.ledger.name(host), Some(name));
        }
        if Label::parse(naughty).is_ok() {
            let text = desk.slot_text(naughty, torg_protocol::agenda::SlotKind::Topics, 10, 20);
            desk.does(host, Change::AddSlot { text }).expect("a slot");
        }
        assert!(LanguageTag::parse(naughty).is_err() || naughty.len() <= 12, "{naughty:?} is a language");
    }
    let json = serde_json::to_string(&desk.ledger).expect("JSON");
    assert_eq!(serde_json::from_str::<Ledger>(&json).expect("the same"), desk.ledger);
}
