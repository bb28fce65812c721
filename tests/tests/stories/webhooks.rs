//! Another server is told when slots open and close, also when it or the square was away meanwhile.

use crate::SOON;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::json;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_server::config::{WebhookSecret, WebhookTarget, Webhooks};
use torg_tests::{Hook, Script, Square, Told};

const SECRET: &str = "0123456789abcdef01234567";

fn in_seconds(seconds: i64) -> String {
    (OffsetDateTime::now_utc() + time::Duration::seconds(seconds)).format(&Rfc3339).expect("a moment of our days")
}

fn signed(told: &Told) -> bool {
    let text = format!("{}.{}.{}", told.id, told.timestamp, told.text);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), text.as_bytes());
    told.signature == format!("v1,{}", STANDARD.encode(tag))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_could_not_take_is_told_after_a_restart_and_only_once() {
    let hook = Hook::listen().await;
    let mut square = Square::start_to_restart_with(|config| {
        config.webhooks = Some(Webhooks {
            targets: vec![WebhookTarget::parse(&hook.url(), true).expect("a target")],
            secret: WebhookSecret::parse(SECRET).expect("a secret"),
            allow_private: true,
        });
    })
    .await;
    let script = Script::with_link(&square.links().host);
    let round =
        json!({ "name": "Round 1", "kind": "topics", "starts_at": in_seconds(-5), "ends_at": in_seconds(1_200) });
    let round = script.post("/slots", &round).await.made();

    let refused = hook.told_when(SOON, |told| !told.is_empty()).await;
    let opened = refused.first().expect("it is told that the slot opened");
    assert!(signed(opened), "{opened:?}");
    let told = opened.json();
    assert_eq!((&told["type"], &told["data"]["slot"]["id"]), (&json!("slot.opened"), &round["id"]));

    // The target was down, and then the square is, before the target is back.
    square.stop().await;
    hook.take();
    square.restart().await;
    let told = hook.told_when(SOON, |told| told.iter().any(|told| told.taken)).await;
    let taken: Vec<&Told> = told.iter().filter(|told| told.taken).collect();
    assert_eq!(taken.len(), 1, "{told:?}");
    assert!(signed(taken[0]) && taken[0].id == opened.id, "the same letter, by its id: {told:?}");
    assert_eq!(taken[0].text, opened.text);

    // And that was all: what was taken is forgotten.
    square.restart().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let again = hook.told().into_iter().filter(|told| told.taken && told.id == opened.id).count();
    assert_eq!(again, 1, "told once");
}
