//! The record on SQLite and on PostgreSQL: the same checks for both.

mod backup;
mod crash;
mod damage;
mod disk;
mod keys;
mod postgres;
mod refusals;
mod restart;
mod snapshots;
mod support;
mod writing;

/// Each check is a test of its own on SQLite. On PostgreSQL they are one test, so that one server serves them all:
/// test runners that give each test a process of its own would else make a database cluster for each.
macro_rules! on_both {
    ($($module:ident::$check:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $check() {
                let _ = stringify!($module);
                crate::support::run(crate::$module::$check(crate::support::Place::sqlite()));
            })+
        }

        #[test]
        fn on_postgresql() {
            let server = crate::postgres::Postgres::start();
            $(
                println!("{}::{}", stringify!($module), stringify!($check));
                let place = server.place(stringify!($check));
                crate::support::run(crate::$module::$check(place));
            )+
        }
    };
}

on_both! {
    writing::what_was_appended_is_replayed,
    writing::appends_keep_their_order,
    writing::any_bytes_come_back_as_they_were,
    writing::a_space_that_nobody_wrote_to_is_empty,
    writing::a_closed_record_refuses,
    writing::readers_see_what_is_committed,
    refusals::whoever_opens_last_writes,
    refusals::an_append_that_fails_leaves_nothing,
    refusals::what_was_sent_after_a_failure_fails_too,
    refusals::too_much_at_once_is_refused,
    snapshots::replay_begins_at_the_newest_snapshot,
    snapshots::a_damaged_snapshot_is_passed_over,
    damage::a_changed_entry_is_named,
    damage::a_missing_entry_is_named,
    damage::newer_data_is_refused,
    backup::a_backup_brings_everything_back,
    backup::a_check_finds_damage,
}
