//! Tells others of what happened: one signed POST for each target, tried again with growing pauses until it is taken.
//!
//! The form is that of Standard Webhooks (<https://www.standardwebhooks.com>): `webhook-id` stays the same over all
//! tries, so that who has it already can tell; `webhook-timestamp` is the time of the try in seconds; and
//! `webhook-signature` is `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
//!
//! What waits is on disk ([`spool`]), so that a stop of the server forgets none of it. Only what was committed in the
//! milliseconds before a crash may be untold; the record has it all the same.

mod deliver;
mod spool;
#[cfg(test)]
mod tests;

use crate::clock::rfc3339;
use crate::config::{WebhookTarget, Webhooks};
use crate::limits::{
    WEBHOOK_PAUSE_FACTOR, WEBHOOK_PAUSE_FIRST, WEBHOOK_PAUSE_MAX, WEBHOOK_TRIES_MAX, WEBHOOKS_AT_ONCE_MAX,
    WEBHOOKS_WAITING_MAX,
};
use crate::mailbox::occasion::{Occasion, What};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use deliver::{Courier, NotTaken};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;
use spool::{Spool, Waiting};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use torg_protocol::agenda::Slot;
use torg_protocol::units::TimeMs;

/// Starts to tell all targets what comes by the sender, until nobody is left who has one. Keepers put it there and
/// never wait.
///
/// # Errors
/// In words, when a target needs https and this machine trusts nobody's certificates, or when what waits can't be kept in
/// the data folder.
pub fn start(webhooks: &Webhooks, data: &Path) -> anyhow::Result<mpsc::Sender<Occasion>> {
    let (outside, mut inbox) = mpsc::channel(WEBHOOKS_WAITING_MAX);
    let courier = Arc::new(Courier::new(webhooks)?);
    let names: Arc<[String]> = webhooks.targets.iter().map(|target| target.uri.to_string()).collect();
    let (spool, before) = Spool::open(data, &names)?;
    let mut targets: Vec<Target> = webhooks.targets.iter().map(|target| Target::new(target, &courier)).collect();
    tokio::spawn(async move {
        if !before.is_empty() {
            tracing::info!(letters = before.len(), "webhooks that a server before could not tell are told now");
        }
        tell(&mut targets, before);
        while let Some(occasion) = inbox.recv().await {
            let (spool, letter, names) = (spool.clone(), Letter::new(&occasion), Arc::clone(&names));
            // A panic in there would be a fault of ours, and what is told next is not to suffer from it.
            let kept = tokio::task::spawn_blocking(move || spool.keep(&letter, &names)).await;
            tell(&mut targets, kept.unwrap_or_default());
        }
        // The last words of a space that was closed may still be on their way.
        for target in &mut targets {
            while target.deliveries.join_next().await.is_some() {}
        }
    });
    Ok(outside)
}

fn tell(targets: &mut [Target], waiting: Vec<Waiting>) {
    for waiting in waiting {
        if let Some(target) = targets.iter_mut().find(|target| target.target.uri == waiting.target.as_str()) {
            target.tell(waiting);
        }
    }
}

/// One who is told. A target that does not answer delays nobody else.
struct Target {
    target: Arc<WebhookTarget>,
    courier: Arc<Courier>,
    deliveries: JoinSet<()>,
    at_once: Arc<Semaphore>,
}

impl Target {
    fn new(target: &WebhookTarget, courier: &Arc<Courier>) -> Self {
        Self {
            target: Arc::new(target.clone()),
            courier: Arc::clone(courier),
            deliveries: JoinSet::new(),
            at_once: Arc::new(Semaphore::new(WEBHOOKS_AT_ONCE_MAX)),
        }
    }

    fn tell(&mut self, waiting: Waiting) {
        while self.deliveries.try_join_next().is_some() {}
        if self.deliveries.len() >= WEBHOOKS_WAITING_MAX {
            let id = &waiting.letter.id;
            tracing::error!(host = self.target.host, id, "too much waits for a webhook: this is not told");
            return spool::done(&waiting);
        }
        let (target, courier, at_once) = (self.target.clone(), self.courier.clone(), self.at_once.clone());
        self.deliveries.spawn(async move {
            deliver(&courier, &target, &at_once, &waiting.letter).await;
            let _ = tokio::task::spawn_blocking(move || spool::done(&waiting)).await;
        });
    }
}

async fn deliver(courier: &Courier, target: &WebhookTarget, at_once: &Semaphore, letter: &Letter) {
    for tried in 1..=WEBHOOK_TRIES_MAX {
        let sent = {
            let Ok(_turn) = at_once.acquire().await else { return };
            courier.send(target, letter).await
        };
        match sent {
            Ok(()) => return,
            Err(NotTaken::ForGood(why)) => {
                tracing::error!(host = target.host, id = letter.id, "a webhook was not told: {why}");
                return;
            }
            Err(NotTaken::Yet(why)) if tried == WEBHOOK_TRIES_MAX => {
                tracing::error!(host = target.host, id = letter.id, tried, "a webhook was not told: {why}");
            }
            Err(NotTaken::Yet(why)) => {
                tracing::warn!(host = target.host, id = letter.id, tried, "a webhook will be told later: {why}");
                tokio::time::sleep(pause(tried)).await;
            }
        }
    }
}

/// Grows with each try, and differs by a quarter, so that not all come back at one moment.
fn pause(tried: u32) -> Duration {
    let grown =
        WEBHOOK_PAUSE_FIRST.saturating_mul(WEBHOOK_PAUSE_FACTOR.saturating_pow(tried - 1)).min(WEBHOOK_PAUSE_MAX);
    let mut dice = [0; 1];
    // Without chance all come at once, which is no fault.
    let _ = SystemRandom::new().fill(&mut dice);
    grown.mul_f64(0.75 + 0.5 * f64::from(dice[0]) / 255.0)
}

/// What is told, under an id that stays over all tries.
#[derive(Clone, Debug, PartialEq)]
struct Letter {
    id: String,
    at: TimeMs,
    body: Bytes,
}

impl Letter {
    fn new(occasion: &Occasion) -> Self {
        let mut number = [0; 16];
        SystemRandom::new().fill(&mut number).expect("the machine gave random numbers for the key at the start");
        let (kind, slot) = match &occasion.what {
            What::SlotOpened(slot) => ("slot.opened", Some(slot)),
            What::SlotClosed(slot) => ("slot.closed", Some(slot)),
            What::SpaceClosed => ("space.closed", None),
        };
        let mut data = json!({ "space": { "id": occasion.space, "name": occasion.name } });
        if let Some(slot) = slot {
            data["slot"] = describe(slot);
        }
        let body = json!({ "type": kind, "timestamp": rfc3339(occasion.at), "data": data });
        let id = format!("msg_{}", URL_SAFE_NO_PAD.encode(number));
        Self { id, at: occasion.at, body: body.to_string().into() }
    }
}

fn describe(slot: &Slot) -> serde_json::Value {
    json!({
        "id": slot.id, "name": slot.name, "kind": slot.kind,
        "starts_at": rfc3339(slot.starts_at), "ends_at": rfc3339(slot.ends_at)
    })
}
