//! The talking piece, seen from the keeper's mailboxes: who may do what with it whoever holds it, the ledger knows.

use super::market::Disk;
use super::*;
use torg_protocol::ids::TableId;
use torg_protocol::message::{Change, RefusalCode};
use torg_protocol::people::{PieceMove, TalkingPiece};

const OAK: TableId = TableId(2);

impl Desk {
    async fn moves(&self, guest: &Guest, piece: PieceMove) {
        self.says(guest, ClientMessage::MovePiece { table: OAK, piece }).await;
    }
}

impl Guest {
    /// How the pieces lie when they are told next, or why nothing moved.
    async fn sees_pieces(&mut self) -> Result<Vec<TalkingPiece>, RefusalCode> {
        self.until(|message| match message {
            ServerMessage::PiecesChanged { pieces } => Some(Ok(pieces)),
            ServerMessage::Refused { code, .. } => Some(Err(code)),
            _ => None,
        })
        .await
    }
}

fn held_by(holder: Option<&Guest>) -> Result<Vec<TalkingPiece>, RefusalCode> {
    Ok(vec![TalkingPiece { table: OAK, holder: holder.map(Guest::id) }])
}

#[tokio::test]
async fn a_facilitator_at_the_table_brings_the_piece_and_others_only_pass_it() {
    let mut desk = Disk::default().desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let mut bob = desk.join("Bob", 19.0, None).await.expect("let in");
    desk.sits(&mut ann, OAK).await;
    desk.sits(&mut bob, OAK).await;
    desk.moves(&ann, PieceMove::Bring {}).await;
    assert_eq!(ann.sees_pieces().await, Err(RefusalCode::NotAllowed));
    let facilitator = Change::GrantRole { participant: ann.id(), role: Role::Facilitator };
    assert_eq!(desk.does(&mut host, facilitator).await, Ok(None));
    desk.moves(&ann, PieceMove::Bring {}).await;
    assert_eq!(ann.sees_pieces().await, held_by(None));
    assert_eq!(bob.sees_pieces().await, held_by(None));
    desk.moves(&bob, PieceMove::Take {}).await;
    assert_eq!(bob.sees_pieces().await, held_by(Some(&bob)));
    // Bob has no right but by holding it; Ann may take it from him.
    desk.moves(&bob, PieceMove::PutAway {}).await;
    assert_eq!(bob.sees_pieces().await, Err(RefusalCode::NotAllowed));
    desk.moves(&ann, PieceMove::Give { to: ann.id() }).await;
    assert_eq!(bob.sees_pieces().await, held_by(Some(&ann)));
    desk.moves(&host, PieceMove::PutAway {}).await;
    assert_eq!(bob.sees_pieces().await, Ok(vec![]));
}
