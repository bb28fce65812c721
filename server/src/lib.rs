//! The server of the square: pages, websockets, spaces and media on one port.
//!
//! | module | holds |
//! | --- | --- |
//! | [`mod@run`] | puts the parts together |
//! | [`config`] | flags, environment, file |
//! | [`front`] | the TCP port: tells pages, websockets and media apart |
//! | [`http`] | pages, the web app, the API of spaces, figures |
//! | [`session`] | one websocket each |
//! | [`registry`] | which spaces there are and which run |
//! | [`keeper`] | one task that owns one space |
//! | [`record`] | what a space is rebuilt from |
//! | [`media`] | peer connections, and whose voice goes to whom |
//! | [`store`], [`mod@links`] | the data folder, and the links under its key |
//! | [`webhooks`] | telling others of what happened |
//! | [`atomic`] | files that are either whole or not there |
//! | [`upkeep`] | backing up, restoring and checking the record |
//! | [`mailbox`], [`outbox`] | what these send each other, and clients |
//! | [`limits`] | every bound, and why |
//!
//! http, session, media, store and webhooks never name each other: they meet in [`mailbox`] and in [`mod@run`].
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let data = tempfile::tempdir()?;
//! let server = torg_server::run(torg_server::config::Config::local(data.path())).await?;
//! assert!(server.join_link.starts_with(&format!("http://{}/s/torg#", server.addr)));
//! server.stop().await;
//! # anyhow::Ok(())
//! # })?;
//! # anyhow::Ok(())
//! ```

pub mod arrival;
pub mod atomic;
pub mod clock;
pub mod config;
pub mod front;
pub mod http;
pub mod keeper;
pub mod limits;
pub mod links;
pub mod mailbox;
pub mod media;
pub mod metrics;
pub mod outbox;
pub mod record;
pub mod registry;
pub mod run;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod upkeep;
pub mod webhooks;

pub use run::{Running, links, run};
