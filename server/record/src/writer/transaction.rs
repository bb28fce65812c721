//! What the writer says to the database.

use super::plan::{Plan, SpacePlan, Truth};
use super::rows::{insert, signed};
use super::{Head, Key, SnapshotJob};
use crate::chain::Check;
use crate::database::{Connection, Either, on};
use crate::entry::Sequence;
use crate::error::{Reason, SnapshotError};
use crate::limits::SNAPSHOTS_KEPT;
use torg_protocol::ids::SpaceId;

/// Where a transaction stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Before COMMIT was sent: nothing of it is kept.
    Before(Reason),
    /// COMMIT was sent, or may have been: it can be either.
    Committing(Reason),
}

impl Stop {
    pub(crate) fn reason(&self) -> &Reason {
        match self {
            Self::Before(reason) | Self::Committing(reason) => reason,
        }
    }
}

type HeadRow = (i64, i64, Vec<u8>, i64);

/// Writes a plan. Spaces that another writer has taken over are marked in it, and their rows left out.
pub(crate) async fn write(connection: &mut Connection, plan: &mut Plan) -> Result<(), Stop> {
    let stop = |error: sqlx::Error| Stop::Before(Reason::from(error));
    begin(connection).await.map_err(stop)?;
    for (key, space) in plan.iter_mut() {
        space.taken_over = !move_head(connection, key, space).await.map_err(stop)?;
    }
    insert(connection, &plan.rows()).await.map_err(stop)?;
    on!(connection, c => sqlx::query("COMMIT").execute(&mut *c).await.map(drop))
        .map_err(|error| Stop::Committing(Reason::from(error)))
}

/// Moves the end of a space's log, if it is where we left it and ours; tells whether it was.
async fn move_head(connection: &mut Connection, key: Key, space: &SpacePlan) -> Result<bool, sqlx::Error> {
    const MOVE: &str = "UPDATE record_spaces SET last_sequence = $1, last_check = $2, holder = $3 \
                        WHERE id = $4 AND last_sequence = $5 AND holder = $6";
    let (before, after) = (&space.before, &space.after);
    let moved = on!(connection, c => {
        let query = sqlx::query(MOVE)
            .bind(signed(after.sequence.0))
            .bind(after.check.0.as_slice())
            .bind(after.holder)
            .bind(key)
            .bind(signed(before.sequence.0))
            .bind(before.seen_holder);
        query.execute(&mut *c).await?.rows_affected()
    });
    Ok(moved == 1)
}

/// Begins a transaction that writes. SQLite would otherwise begin as a reader, and fail where it becomes a writer.
pub(crate) async fn begin(connection: &mut Connection) -> Result<(), sqlx::Error> {
    let begin = match connection {
        Either::Sqlite(_) => "BEGIN IMMEDIATE",
        Either::Postgres(_) => "BEGIN",
    };
    on!(connection, c => sqlx::query(begin).execute(&mut *c).await.map(drop))
}

/// Ends a transaction without keeping it; the connection works afterwards, or there is an error.
pub(crate) async fn roll_back(connection: &mut Connection) -> Result<(), Reason> {
    // SQLite may have ended the transaction by itself, and then refuses to do it again: the look afterwards decides.
    let _ = on!(connection, c => sqlx::query("ROLLBACK").execute(&mut *c).await.map(drop));
    on!(connection, c => sqlx::query("SELECT 1").execute(&mut *c).await.map(drop)).map_err(Reason::from)
}

/// Opens a space for writing: makes it if need be, and puts our number in place of whoever held it.
pub(crate) async fn open(connection: &mut Connection, space: &SpaceId, holder: i64) -> Result<(Key, Head), Reason> {
    const MAKE: &str = "INSERT INTO record_spaces (name, last_sequence, last_check, holder) VALUES ($1, 0, $2, 0) \
                        ON CONFLICT (name) DO NOTHING";
    const TAKE: &str = "UPDATE record_spaces SET holder = $1 WHERE name = $2";
    let start = Check::start(space);
    begin(connection).await?;
    on!(connection, c => {
        sqlx::query(MAKE).bind(space.as_str()).bind(start.0.as_slice()).execute(&mut *c).await?;
        sqlx::query(TAKE).bind(holder).bind(space.as_str()).execute(&mut *c).await?;
    });
    let found = look(connection, space, holder).await?;
    on!(connection, c => sqlx::query("COMMIT").execute(&mut *c).await.map(drop))?;
    found.ok_or_else(|| Reason::Refused(format!("the space {space} was made and is not there")))
}

/// The end of a space's log, without taking it over.
pub(crate) async fn look(
    connection: &mut Connection,
    space: &SpaceId,
    holder: i64,
) -> Result<Option<(Key, Head)>, Reason> {
    const LOOK: &str = "SELECT id, last_sequence, last_check, holder FROM record_spaces WHERE name = $1";
    const BEYOND: &str = "SELECT count(*) FROM record_entries WHERE space = $1 AND sequence > $2";
    let name = space.as_str();
    let row: Option<HeadRow> = on!(connection, c => sqlx::query_as(LOOK).bind(name).fetch_optional(&mut *c).await)?;
    let Some(row) = row else { return Ok(None) };
    let (key, last_sequence) = (row.0, row.1);
    let head = head_of(&row).ok_or_else(|| Reason::Damaged(format!("the head of the space {space} makes no sense")))?;
    // They would be in the way of every append to come, and of those of other spaces in the same transaction.
    let (beyond,): (i64,) =
        on!(connection, c => sqlx::query_as(BEYOND).bind(key).bind(last_sequence).fetch_one(&mut *c).await)?;
    if beyond > 0 {
        return Err(Reason::Damaged(format!(
            "the space {space} ends at {last_sequence} and has {beyond} more entries"
        )));
    }
    Ok(Some((key, Head { holder, ..head })))
}

fn head_of(row: &HeadRow) -> Option<Head> {
    let (_, sequence, check, seen_holder) = row;
    let sequence = Sequence(u64::try_from(*sequence).ok()?);
    let check = Check::from_bytes(check)?;
    Some(Head { sequence, check, holder: *seen_holder, seen_holder: *seen_holder, generation: 0 })
}

/// The ends of logs as they are once nobody is writing them any more: a transaction that is still being committed
/// holds the rows, or SQLite's one lock, until it is decided.
pub(crate) async fn truth(connection: &mut Connection, spaces: &[Key]) -> Result<Truth, Reason> {
    const PLAIN: &str = "SELECT id, last_sequence, last_check, holder FROM record_spaces WHERE id = $1";
    const LOCKED: &str = "SELECT id, last_sequence, last_check, holder FROM record_spaces WHERE id = $1 FOR UPDATE";
    let look = if matches!(connection, Either::Sqlite(_)) { PLAIN } else { LOCKED };
    begin(connection).await?;
    let mut truth = Truth::new();
    for key in spaces {
        let row: Option<HeadRow> = on!(connection, c => sqlx::query_as(look).bind(key).fetch_optional(&mut *c).await)?;
        if let Some(head) = row.as_ref().and_then(head_of) {
            truth.insert(*key, head);
        }
    }
    roll_back(connection).await?;
    Ok(truth)
}

/// Writes a snapshot in a transaction of its own and drops the older ones.
pub(crate) async fn write_snapshot(
    connection: &mut Connection,
    job: &SnapshotJob,
    head: &Head,
) -> Result<(), SnapshotError> {
    const TAKE: &str = "UPDATE record_spaces SET holder = $1 WHERE id = $2 AND holder = $3";
    const CHECK: &str = "SELECT chained FROM record_entries WHERE space = $1 AND sequence = $2";
    const WRITE: &str = "INSERT INTO record_snapshots (space, sequence, content, chained, seal) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (space, sequence) \
        DO UPDATE SET content = excluded.content, chained = excluded.chained, seal = excluded.seal";
    const PRUNE: &str = "DELETE FROM record_snapshots WHERE space = $1 AND sequence NOT IN \
        (SELECT sequence FROM record_snapshots WHERE space = $1 ORDER BY sequence DESC LIMIT $2)";
    let kept = i64::try_from(SNAPSHOTS_KEPT).expect("a few");
    let at = signed(job.at.0);
    let write = async {
        begin(connection).await?;
        on!(connection, c => {
            let taken = sqlx::query(TAKE).bind(head.holder).bind(job.space).bind(head.seen_holder);
            if taken.execute(&mut *c).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let check: Option<(Vec<u8>,)> =
                sqlx::query_as(CHECK).bind(job.space).bind(at).fetch_optional(&mut *c).await?;
            let check = match check {
                Some((check,)) => Check::from_bytes(&check).ok_or(sqlx::Error::RowNotFound)?,
                None if job.at == Sequence::START => Check::start(&job.name),
                None => return Err(sqlx::Error::RowNotFound),
            };
            let seal = check.seal(job.at, &job.content);
            let write = sqlx::query(WRITE)
                .bind(job.space)
                .bind(at)
                .bind(job.content.as_slice())
                .bind(check.0.as_slice())
                .bind(seal.0.as_slice());
            write.execute(&mut *c).await?;
            sqlx::query(PRUNE).bind(job.space).bind(kept).execute(&mut *c).await?;
            sqlx::query("COMMIT").execute(&mut *c).await?;
        });
        Ok(true)
    };
    match write.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(SnapshotError::TakenOver),
        Err(error) => Err(SnapshotError::Failed(Reason::from(error))),
    }
}
