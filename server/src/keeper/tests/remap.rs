//! A new map, seen from the keeper's mailboxes.

use super::*;
use crate::mailbox::Denied;
use crate::mailbox::call::{Asked, Call};
use torg_protocol::agenda::{Cell, SlotKind};
use torg_protocol::ids::{RequestId, TableId};
use torg_protocol::map::MapSpec;
use torg_protocol::message::{Change, Made, RefusalCode, SlotText, TopicText};

impl Desk {
    async fn may_have(&self, map: MapSpec) -> Result<(), Denied> {
        let (reply, answer) = oneshot::channel();
        let what = Asked::MayChange { arranges: true, map: Some(Box::new(map)), hearing: false, reply };
        self.tell(ToKeeper::Call(Call { role: Role::Host, what })).await;
        timeout(PATIENCE, answer).await.expect("in time").expect("an answer")
    }

    async fn request(&self, guest: &mut Guest, change: Change) -> Result<Option<Made>, RefusalCode> {
        let message = ClientMessage::Change { request: RequestId(1), change };
        self.tell(ToKeeper::Client { session: guest.session, message }).await;
        let answer = guest.until(|message| match message {
            ServerMessage::Done { made, .. } => Some(Ok(made)),
            ServerMessage::Refused { code, request: Some(_), .. } => Some(Err(code)),
            _ => None,
        });
        answer.await
    }
}

#[tokio::test]
async fn nobody_comes_to_a_table_while_the_map_without_it_is_being_written() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Hanne", Role::Host).await;
    let map = Map::default_square().spec().clone();
    let last = TableId(5);
    let now = host.welcome.server_time.0;
    let slot = SlotText {
        name: "Round".into(),
        kind: SlotKind::Topics,
        starts_at: TimeMs(now + 60_000),
        ends_at: TimeMs(now + 120_000),
    };
    let Ok(Some(Made::Slot(slot))) = desk.request(&mut host, Change::AddSlot { slot }).await else {
        panic!("a slot");
    };
    let mut fewer = map.clone();
    fewer.tables.pop();
    assert_eq!(desk.may_have(fewer).await, Ok(()), "nobody uses it");

    let sit = ClientMessage::JoinTable { table: last };
    desk.tell(ToKeeper::Client { session: host.session, message: sit.clone() }).await;
    let refused = host.until(|message| match message {
        ServerMessage::Refused { code, message, .. } => Some((code, message)),
        _ => None,
    });
    let words = format!("\"{}\" is being taken away", map.tables[5].name);
    assert_eq!(refused.await, (RefusalCode::UnknownTable, words));
    let topic =
        TopicText { title: "Tea".into(), description: String::new(), wish: None, needs: vec![], language: None };
    let post = Change::PostTopic { topic, at: Some(Cell { slot, table: last }), anyway: None };
    assert_eq!(desk.request(&mut host, post.clone()).await, Err(RefusalCode::UnknownTable));

    // The map never comes, since its file could not be written: the table stays.
    let stays = async {
        while desk.request(&mut host, post.clone()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, stays).await.expect("the table stays");
    desk.tell(ToKeeper::Client { session: host.session, message: sit }).await;
    let sets_out = host.until(|message| match message {
        ServerMessage::Refused { code, .. } => Some(code),
        _ => None,
    });
    let refused = timeout(Duration::from_millis(300), sets_out).await;
    assert!(refused.is_err(), "nothing is refused: {refused:?}");
}
