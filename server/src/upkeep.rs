//! Backing up, restoring and checking the record: `torg backup`, `torg restore`, `torg check`.

use crate::clock::Clock;
use crate::config::{BackupOptions, Config, RestoreOptions, ServeOptions};
use crate::store::Store;
use anyhow::Context as _;
use torg_record::{BackedUp, Checked};

/// Writes everything that is recorded into a new file, also while the server runs; what to tell about it.
///
/// # Errors
/// In words.
pub fn backup(options: BackupOptions) -> anyhow::Result<String> {
    let config = Config::resolve(options.serve)?;
    let url = config.record_url();
    let writing = torg_record::backup(&url, &options.file, Clock::start().now());
    let BackedUp { spaces, entries } = runtime()?.block_on(writing)?;
    let file = options.file.display();
    Ok(format!("{file}: {spaces} spaces with {entries} entries. Keys of persons are not in it."))
}

/// Restores a backup to an empty record; what to tell about it.
///
/// # Errors
/// In words; nothing is restored then.
pub fn restore(options: RestoreOptions) -> anyhow::Result<String> {
    let config = Config::resolve(options.serve)?;
    // A server that runs would not know of what is put under its feet.
    let _only_one = Store::open(&config.data)?;
    let url = config.record_url();
    let BackedUp { spaces, entries } = runtime()?.block_on(torg_record::restore(&options.file, &url))?;
    Ok(format!("{url}: {spaces} spaces with {entries} entries were restored."))
}

/// Looks through the whole record for damage, also while the server runs; what to tell about it.
///
/// # Errors
/// In words, when it can't be looked at, and when it is damaged.
pub fn check(options: ServeOptions) -> anyhow::Result<String> {
    let config = Config::resolve(options)?;
    let url = config.record_url();
    let Checked { spaces, entries, faults } = runtime()?.block_on(torg_record::check(&url))?;
    anyhow::ensure!(faults.is_empty(), "{url} is damaged:\n  {}", faults.join("\n  "));
    Ok(format!("{url}: {spaces} spaces with {entries} entries, all as they were written."))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    // The database may be reached by TLS; see `run` for why the provider is set here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime can be started")
}
