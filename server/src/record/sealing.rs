//! Sealing: personal texts under their persons' keys, before they are written and after they are read.
//!
//! Keys may have to be read from disk, and a visitor can't wait. So each is visited twice: once to see the texts, once
//! to put in their places what became of them.

use std::collections::VecDeque;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_record::{Keyring, KeyringError};
use torg_space::ledger::{Fact, Ledger, Personal};

/// A text and whose it is.
type Text = (ParticipantId, String);

pub(super) async fn seal_facts(keyring: &Keyring, space: &SpaceId, facts: &mut [Fact]) -> Result<(), KeyringError> {
    seal(keyring, space, |visit| facts.iter_mut().for_each(|fact| fact.personal_mut(visit))).await
}

pub(super) async fn seal_ledger(keyring: &Keyring, space: &SpaceId, ledger: &mut Ledger) -> Result<(), KeyringError> {
    seal(keyring, space, |visit| ledger.personal_mut(visit)).await
}

pub(super) async fn open_fact(keyring: &Keyring, space: &SpaceId, fact: &mut Fact) -> Result<(), KeyringError> {
    let mut seen = fact.clone();
    let texts = sealed_texts(|visit| seen.personal_mut(visit));
    let mut opened = open(keyring, space, texts).await?;
    fact.personal_mut(&mut |personal| personal.open(|_, _| opened.pop_front().flatten()));
    Ok(())
}

pub(super) async fn open_ledger(keyring: &Keyring, space: &SpaceId, ledger: &mut Ledger) -> Result<(), KeyringError> {
    let mut seen = ledger.clone();
    let texts = sealed_texts(|visit| seen.personal_mut(visit));
    let mut opened = open(keyring, space, texts).await?;
    ledger.personal_mut(&mut |personal| personal.open(|_, _| opened.pop_front().flatten()));
    Ok(())
}

async fn seal(
    keyring: &Keyring,
    space: &SpaceId,
    mut each: impl FnMut(&mut dyn FnMut(&mut Personal)),
) -> Result<(), KeyringError> {
    let mut texts: Vec<Text> = Vec::new();
    each(&mut |personal| {
        personal.seal(|of, text| {
            texts.push((of, text.to_owned()));
            None
        });
    });
    let mut sealed = VecDeque::with_capacity(texts.len());
    for (of, text) in texts {
        sealed.push_back(Some(keyring.seal(space, of, &text).await?));
    }
    each(&mut |personal| personal.seal(|_, _| sealed.pop_front().flatten()));
    Ok(())
}

/// The texts that are sealed, in the order of a visit. What was visited is of no more use.
fn sealed_texts(mut each: impl FnMut(&mut dyn FnMut(&mut Personal))) -> Vec<Text> {
    let mut texts = Vec::new();
    each(&mut |personal| {
        personal.open(|of, sealed| {
            texts.push((of, sealed.to_owned()));
            None
        });
    });
    texts
}

async fn open(keyring: &Keyring, space: &SpaceId, texts: Vec<Text>) -> Result<VecDeque<Option<String>>, KeyringError> {
    let mut opened = VecDeque::with_capacity(texts.len());
    for (of, sealed) in texts {
        opened.push_back(keyring.unseal(space, of, &sealed).await?);
    }
    Ok(opened)
}
