//! Speaking to all.

use crate::ledger::{Fact, Ledger, News};

impl Ledger {
    pub(super) fn apply_speaking(&mut self, fact: &Fact) -> Vec<News> {
        let book = &mut self.book;
        match fact {
            Fact::WordLent { person, lent: true, .. } if book.people.contains_key(person) => {
                book.word_lent.insert(*person);
                vec![News::Word(*person)]
            }
            Fact::WordLent { person, lent: false, .. } => {
                book.word_lent.remove(person);
                vec![News::Word(*person)]
            }
            Fact::KeptOut { table, kept_out, .. } => {
                if *kept_out {
                    book.kept_out.insert(*table);
                } else {
                    book.kept_out.remove(table);
                }
                vec![News::KeptOut]
            }
            Fact::SpeechBegan { person, to } if book.people.contains_key(person) => {
                book.speeches.insert(*person, *to);
                vec![]
            }
            Fact::SpeechEnded { person } => {
                book.speeches.remove(person);
                vec![]
            }
            _ => vec![],
        }
    }
}
