//! Cut lines, second windows, and servers that stop.

use crate::support::{Came, Client, Server};
use serde_json::json;
use torg_protocol::ServerMessage;
use torg_protocol::message::{GoodbyeReason, MediaState};
use torg_protocol::people::Presence;

#[tokio::test]
async fn who_lost_the_line_comes_back_to_the_same_place() {
    let server = Server::start().await;
    let mut eva = server.join("Eva").await;
    let start = json!({ "at": { "x": 3.0, "y": 12.0 } });
    let ann = server.join_with(json!({ "name": "Ann", "start": start })).await.expect("let in");
    let (id, first_token) = (ann.id(), ann.welcome.resume_token.clone());
    drop(ann);
    let presence_is = |wanted| {
        move |came| match came {
            Came::Told(ServerMessage::PresenceChanged { participant, presence }) => {
                (participant == id && presence == wanted).then_some(())
            }
            _ => None,
        }
    };
    eva.socket.until("Ann's line breaking", presence_is(Presence::Away)).await;
    let back = server.join_with(json!({ "name": "Ann", "resume": first_token })).await.expect("back");
    assert!(back.welcome.resumed);
    assert_eq!(back.id(), id);
    assert_eq!(back.welcome.media, MediaState::Offer);
    let me = back.welcome.participants.iter().find(|person| person.id == id).expect("myself");
    assert!((me.motion.to.metres() - glam_vec(3.0, 12.0)).length() < 0.02, "{:?}", me.motion);
    eva.socket.until("Ann's coming back", presence_is(Presence::Here)).await;

    // The token before is good until the newest is used, then no more.
    let again = server.join_with(json!({ "resume": first_token })).await.expect("the token before");
    assert_eq!(again.id(), id);
    let newest = server.join_with(json!({ "resume": again.welcome.resume_token })).await.expect("the newest");
    assert_eq!(newest.id(), id);
    let stale = server.join_with(json!({ "resume": first_token })).await.expect("let in afresh");
    assert!(!stale.welcome.resumed);
    assert_ne!(stale.id(), id);
    server.stop().await;
}

fn glam_vec(x: f64, y: f64) -> glam::Vec2 {
    torg_protocol::geometry::Point::from_metres(x, y).expect("a place").metres()
}

#[tokio::test]
async fn a_second_window_takes_over() {
    let server = Server::start().await;
    let mut first = server.join("Ann").await;
    let mut second =
        server.join_with(json!({ "name": "Ann B", "resume": first.welcome.resume_token })).await.expect("taken over");
    assert_eq!(second.id(), first.id());
    assert_eq!(first.socket.goodbye().await, GoodbyeReason::Replaced);
    first.socket.closed().await;
    let me = second.welcome.participants.iter().find(|person| person.id == second.welcome.you).expect("myself");
    assert_eq!(me.presence, Presence::Here);
    // A name lasts, so the new one is told when it is written down.
    let renamed = |came| match came {
        Came::Told(ServerMessage::Renamed { name, .. }) => Some(name),
        _ => None,
    };
    assert_eq!(second.socket.until("the new name", renamed).await.as_str(), "Ann B");
    second.is_alive().await;
    assert_eq!(second.welcome.participants.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn by_another_roles_link_one_comes_afresh() {
    let server = Server::start().await;
    let ann = server.join("Ann").await;
    let host =
        Client::join(&server.running.host_link, json!({ "resume": ann.welcome.resume_token })).await.expect("let in");
    assert!(!host.welcome.resumed);
    assert_eq!(host.welcome.participants.len(), 1, "the old avatar is gone");
    server.stop().await;
}

#[tokio::test]
async fn a_stopping_server_says_goodbye_and_links_live_on() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let (_, token) = crate::support::parts_of_link(&server.running.join_link);
    let stopping = tokio::spawn(server.stop());
    assert_eq!(ann.socket.goodbye().await, GoodbyeReason::ServerStops);
    ann.socket.closed().await;
    let folder = stopping.await.expect("stopped");

    let server = Server::start_in(folder, |_| {}).await;
    assert!(server.running.join_link.ends_with(&token), "the same token after a restart");
    let back = server.join_with(json!({ "name": "Ann", "resume": ann.welcome.resume_token })).await.expect("let in");
    assert!(!back.welcome.resumed, "who was in is not known after a restart");
    server.stop().await;
}
