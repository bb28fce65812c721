//! Everything that is answered over plain HTTP: pages, the web app, making spaces, figures.

mod api;
mod body;
mod desk;
mod doors;
mod error;
mod figures;
mod glance;
mod headers;
mod moment;
mod openapi;
mod pages;
mod rates;
mod square;
mod web;
mod words;

pub use rates::Rates;

use crate::arrival::Surroundings;
use crate::limits::SOUNDS_READ_AT_ONCE_MAX;
use crate::mailbox::{ToMedia, ToRegistry};
use axum::Router;
use axum::routing::{delete, get, patch, post, put};
use desk::{agenda, bell, links, slots, sounds, space, topics, visits};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};

/// What the pages are made from.
#[derive(Clone)]
pub struct Parts {
    /// Who knows the spaces.
    pub registry: mpsc::Sender<ToRegistry>,
    /// The media plane, which answers offers.
    pub media: mpsc::Sender<ToMedia>,
    /// What requests are judged by.
    pub surroundings: Arc<Surroundings>,
    /// How often may be asked.
    pub rates: Arc<Rates>,
    /// Who may read a sound at this moment.
    pub readers: Readers,
    /// The figures.
    pub figures: PrometheusHandle,
    /// What links begin with.
    pub public_url: Arc<str>,
}

/// Sounds are large, so only some are read at the same moment.
#[derive(Clone, Debug)]
pub struct Readers(Arc<Semaphore>);

impl Default for Readers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SOUNDS_READ_AT_ONCE_MAX)))
    }
}

/// The routes of the pages.
pub fn routes(parts: Parts) -> Router {
    Router::new()
        .route("/", get(square::front_page))
        .route("/s/{space}", get(square::space))
        .route("/api/spaces", post(api::make_space))
        .route("/api/spaces/{id}", get(glance::look).patch(space::change).delete(space::close))
        .route("/api/spaces/{id}/slots", get(slots::list).post(slots::make))
        .route("/api/spaces/{id}/slots/{slot}", patch(slots::change).delete(slots::remove))
        .route("/api/spaces/{id}/topics", get(topics::list).post(topics::post))
        .route("/api/spaces/{id}/topics/{topic}", get(topics::show).patch(topics::change).delete(topics::withdraw))
        .route("/api/spaces/{id}/visits", get(visits::list))
        .route("/api/spaces/{id}/visits.csv", get(visits::csv))
        .route("/api/spaces/{id}/links", get(links::list))
        .route("/api/spaces/{id}/agenda.ics", get(agenda::calendar))
        .route("/api/spaces/{id}/sounds", get(sounds::list).post(sounds::play))
        .route("/api/spaces/{id}/sounds/{sound}", delete(sounds::end))
        .route("/api/spaces/{id}/bell", put(bell::hang).delete(bell::take_down))
        .merge(doors::routes())
        .route("/openapi.json", get(openapi::document))
        .route("/healthz", get(figures::healthz))
        .route("/readyz", get(figures::readyz))
        .route("/metrics", get(figures::metrics))
        .route("/page.css", get(pages::style))
        .fallback(get(web::file))
        .with_state(parts)
        .layer(axum::middleware::from_fn(headers::harden))
}
