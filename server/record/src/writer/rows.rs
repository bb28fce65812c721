//! Writing many rows by few statements.

use super::Key;
use super::plan::Row;
use crate::database::{Connection, on};
use crate::limits::ROWS_PER_STATEMENT;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};
use std::sync::LazyLock;

/// Rows that one statement writes: each database prepares a statement once and keeps it, so there are few of them.
const SIZES: [usize; 3] = [ROWS_PER_STATEMENT, 8, 1];

static STATEMENTS: LazyLock<[SqlStr; 3]> = LazyLock::new(|| SIZES.map(statement));

fn statement(rows: usize) -> SqlStr {
    let row = |row: usize| {
        let binds: Vec<String> = (1..=7).map(|column| format!("${}", 7 * row + column)).collect();
        format!("({})", binds.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let columns = "space, sequence, at_ms, kind, by_participant, body, chained";
    let text = format!("INSERT INTO record_entries ({columns}) VALUES {}", rows.join(", "));
    // Nothing but numbers was put in.
    AssertSqlSafe(text).into_sql_str()
}

/// Writes rows within the transaction that is open.
pub(crate) async fn insert(connection: &mut Connection, rows: &[(Key, &Row)]) -> Result<(), sqlx::Error> {
    let mut rest = rows;
    while !rest.is_empty() {
        let which = SIZES.iter().position(|&size| size <= rest.len()).expect("one row is the smallest size");
        let (now, later) = rest.split_at(SIZES[which]);
        rest = later;
        on!(connection, c => {
            let mut query = sqlx::query(STATEMENTS[which].clone());
            for (space, row) in now {
                query = query
                    .bind(space)
                    .bind(signed(row.sequence.0))
                    .bind(signed(row.entry.at.0))
                    .bind(row.entry.kind.as_str())
                    .bind(row.entry.by.map(|by| i64::from(by.0)))
                    .bind(row.entry.body.as_slice())
                    .bind(row.check.0.as_slice());
            }
            query.execute(&mut *c).await?;
        });
    }
    Ok(())
}

/// Both databases count with a sign.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("times were checked, and no log has 2^63 entries")
}
