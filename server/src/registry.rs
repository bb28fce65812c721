//! The registry of spaces: the one task that knows the data folder, the links and which spaces run. It starts a
//! space's keeper when somebody comes, and forgets it when the keeper ends, be it by a panic: that costs the one
//! space a new start from its file.

mod files;

use crate::clock::Clock;
use crate::keeper::{self, Begin};
use crate::limits::{EMPTY_SPACE_KEPT, REGISTRY_INBOX_MAX, RENEWAL_LOOK_EVERY};
use crate::links::{Generation, LinkKey, link};
use crate::mailbox::occasion::Occasion;
use crate::mailbox::{Glance, Opened, Population, SpaceKey, SpaceLinks, ToKeeper, ToMedia, ToRegistry};
use crate::metrics::SPACES_FAILED;
use crate::record::Records;
use crate::store::{SpaceRecord, Store, StoreError};
use files::{FIRST_SQUARE, check_map, first_square};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use torg_protocol::ids::SpaceId;
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::Role;
use tracing::Instrument as _;

/// What the registry starts from.
#[derive(Debug)]
pub struct Parts {
    /// The data folder.
    pub store: Store,
    /// The key for links.
    pub key: LinkKey,
    /// What links begin with.
    pub public_url: String,
    /// The media plane.
    pub media: mpsc::Sender<ToMedia>,
    /// The server's clock.
    pub clock: Clock,
    /// What lasts of the spaces.
    pub records: Records,
    /// Where keepers tell what others outside are to know, if anybody is.
    pub outside: Option<mpsc::Sender<Occasion>>,
}

/// The registry's inbox.
#[must_use]
pub fn inbox() -> (mpsc::Sender<ToRegistry>, mpsc::Receiver<ToRegistry>) {
    mpsc::channel(REGISTRY_INBOX_MAX)
}

/// The registry.
#[derive(Debug)]
pub struct Registry {
    store: Arc<Store>,
    key: LinkKey,
    public_url: String,
    media: mpsc::Sender<ToMedia>,
    clock: Clock,
    open_square: SpaceRecord,
    records: Records,
    outside: Option<mpsc::Sender<Occasion>>,
    running: HashMap<SpaceId, Running>,
    keepers: JoinSet<keeper::End>,
    tasks: HashMap<tokio::task::Id, (SpaceId, SpaceKey)>,
    newest_key: u32,
}

#[derive(Debug)]
struct Running {
    key: SpaceKey,
    generation: Generation,
    inbox: mpsc::Sender<ToKeeper>,
    population: Population,
}

impl Registry {
    /// Looks through the data folder, names what is damaged, and makes the first square when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the folder can't be read or written.
    pub fn new(parts: Parts) -> Result<Self, StoreError> {
        let (records, faults) = parts.store.list()?;
        for fault in faults {
            tracing::error!("{fault}");
        }
        tracing::info!(spaces = records.len(), "the data folder is read");
        let open_square = match records.iter().position(|record| record.id.as_str() == FIRST_SQUARE) {
            Some(index) => records[index].clone(),
            None => first_square(&parts.store, records)?,
        };
        Ok(Self {
            store: Arc::new(parts.store),
            key: parts.key,
            public_url: parts.public_url,
            media: parts.media,
            clock: parts.clock,
            open_square,
            records: parts.records,
            outside: parts.outside,
            running: HashMap::new(),
            keepers: JoinSet::new(),
            tasks: HashMap::new(),
            newest_key: 0,
        })
    }

    /// The links to the square that the server opens by itself.
    #[must_use]
    pub fn open_square_links(&self) -> SpaceLinks {
        self.links(&self.open_square.id, self.open_square.generation)
    }

    /// Serves until told to stop; then all spaces have said goodbye.
    pub async fn serve(mut self, mut inbox: mpsc::Receiver<ToRegistry>) {
        let mut look = tokio::time::interval(RENEWAL_LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                question = inbox.recv() => match question {
                    None | Some(ToRegistry::Stop) => break,
                    Some(question) => self.answer(question).await,
                },
                Some(ended) = self.keepers.join_next_with_id() => self.ended(ended).await,
                _ = look.tick() => self.look_for_renewals().await,
            }
        }
        self.stop().await;
    }

    async fn answer(&mut self, question: ToRegistry) {
        // Whoever does not wait for the answer any more doesn't miss it.
        match question {
            ToRegistry::Find { space, reply } => {
                let _ = reply.send(self.read(&space).await.map(|record| record.name));
            }
            ToRegistry::Create { name, map, reply } => {
                let _ = reply.send(self.create(name, map.map(|map| *map)).await);
            }
            ToRegistry::OpenSquare { reply } => {
                let id = self.open_square.id.clone();
                let generation = self.read(&id).await.map_or(self.open_square.generation, |record| record.generation);
                let _ = reply.send(self.links(&id, generation));
            }
            ToRegistry::Glance { space, token, reply } => {
                let _ = reply.send(self.glance(&space, &token).await);
            }
            ToRegistry::Links { space, token, reply } => {
                let followed = self.follow(&space, &token).await;
                let links = followed.map(|(record, role)| (role, self.links(&space, record.generation)));
                let _ = reply.send(links);
            }
            ToRegistry::Open { space, token, reply } => {
                let _ = reply.send(self.open(&space, &token).await);
            }
            ToRegistry::Change { space, name, map, hearing, reply } => {
                let _ = reply.send(self.change(&space, name, map.map(|map| *map), hearing).await);
            }
            ToRegistry::SetBell { space, bell, reply } => {
                let _ = reply.send(self.set_bell(&space, bell).await.map_err(|error| error.to_string()));
            }
            ToRegistry::Closed { space, reply } => {
                let _ = reply.send(self.close(&space).await.map_err(|error| error.to_string()));
            }
            ToRegistry::Stop => {}
        }
    }

    /// What a link leads to, and as what.
    async fn follow(&self, id: &SpaceId, token: &str) -> Result<(SpaceRecord, Role), Refusal> {
        let Some(record) = self.read(id).await else {
            let closed = id.clone();
            let is_closed = self.with_store(move |store| store.is_closed(&closed)).await;
            return Err(if is_closed { closed_space() } else { unknown_space() });
        };
        let Some(role) = self.key.role(id, record.generation, token) else {
            let words = "this link is not valid, or was replaced by a newer one: ask your host for the link";
            return Err(Refusal::new(RefusalCode::Link, words));
        };
        Ok((record, role))
    }

    async fn glance(&self, id: &SpaceId, token: &str) -> Result<Glance, Refusal> {
        let (record, _) = self.follow(id, token).await?;
        // Looking starts nothing: a space that doesn't run has nobody in it.
        let people = self.running.get(id).map_or(0, |running| running.population.get());
        Ok(Glance { name: record.name, people })
    }

    async fn open(&mut self, id: &SpaceId, token: &str) -> Result<Opened, Refusal> {
        let (record, role) = self.follow(id, token).await?;
        let keeper = match self.running.get(id).filter(|running| !running.inbox.is_closed()) {
            Some(running) => running.inbox.clone(),
            None => self.start(record).await.ok_or_else(unknown_space)?,
        };
        Ok(Opened { role, keeper })
    }

    /// Starts a space's keeper from its file and its record; what is wrong with either is in the log.
    async fn start(&mut self, record: SpaceRecord) -> Option<mpsc::Sender<ToKeeper>> {
        let map = check_map(record.map).await.inspect_err(|error| {
            tracing::error!(space = %record.id, "the space's file has a map that can't be walked: {error}");
        });
        let opened = self.records.open(&record.id).await.inspect_err(|error| tracing::error!("{error}"));
        let (Ok(map), Ok((ledger, to_record))) = (map, opened) else { return None };
        if ledger.is_closed() {
            // The server stopped after the last fact and before the file was set aside.
            let _ = self.close(&record.id).await;
            return None;
        }
        let bell = self.read_bell(&record.id).await;
        self.newest_key = self.newest_key.checked_add(1).expect("four billion starts of spaces do not happen");
        let key = SpaceKey(self.newest_key);
        let (sender, receiver) = keeper::inbox();
        let span = tracing::info_span!("space", id = %record.id, run = key.0);
        let population = Population::default();
        let begin = Begin {
            key,
            id: record.id.clone(),
            name: record.name,
            map,
            clock: self.clock,
            media: self.media.clone(),
            population: population.clone(),
            ledger,
            record: to_record,
            outside: self.outside.clone(),
            people: self.key.people_of(&record.id),
            bell,
            rests_after: EMPTY_SPACE_KEPT,
        };
        let task = self.keepers.spawn(keeper::keep(begin, sender.clone(), receiver).instrument(span));
        self.tasks.insert(task.id(), (record.id.clone(), key));
        let running = Running { key, generation: record.generation, inbox: sender.clone(), population };
        self.running.insert(record.id, running);
        Some(sender)
    }

    /// A keeper ended. Its sessions see that by themselves; the media plane is told.
    async fn ended(&mut self, ended: Result<(tokio::task::Id, keeper::End), tokio::task::JoinError>) {
        let task = ended.as_ref().map_or_else(tokio::task::JoinError::id, |(task, _)| *task);
        let Some((id, key)) = self.tasks.remove(&task) else { return };
        if let Ok((_, keeper::End::Closed)) = ended {
            let _ = self.close(&id).await;
        }
        if let Err(fault) = ended {
            metrics::counter!(SPACES_FAILED).increment(1);
            tracing::error!(space = %id, %fault, "a space hit a fault and starts again when somebody comes");
        }
        // A new keeper may have started already; then its entry stands in the place of the old one.
        if self.running.get(&id).is_some_and(|running| running.key == key) {
            self.running.remove(&id);
        }
        let _ = self.media.send(ToMedia::CloseSpace { space: key }).await;
    }

    /// `torg links --renew` changes a space's file; who came in by the old links is shown out.
    async fn look_for_renewals(&mut self) {
        let known: Vec<_> = self.running.iter().map(|(id, running)| (id.clone(), running.generation)).collect();
        for (id, generation) in known {
            let Some(record) = self.read(&id).await.filter(|record| record.generation != generation) else { continue };
            if let Some(running) = self.running.get_mut(&id) {
                running.generation = record.generation;
                tracing::info!(space = %id, "the links were renewed");
                let _ = running.inbox.send(ToKeeper::LinksRenewed).await;
            }
        }
    }

    /// A space as its file says. A damaged file is as good as none, and named in the log.
    async fn read(&self, id: &SpaceId) -> Option<SpaceRecord> {
        let id = id.clone();
        self.with_store(move |store| store.read(&id)).await.unwrap_or_else(|error| {
            tracing::error!("{error}");
            None
        })
    }

    async fn with_store<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> T + Send + 'static) -> T {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store)).await.expect("the store returns errors and does not panic")
    }

    fn links(&self, id: &SpaceId, generation: Generation) -> SpaceLinks {
        let link = |role| link(&self.public_url, id, &self.key.token(id, role, generation));
        SpaceLinks::new(id.clone(), link)
    }

    async fn stop(&mut self) {
        for running in self.running.values() {
            let _ = running.inbox.send(ToKeeper::Stop).await;
        }
        while self.keepers.join_next().await.is_some() {}
        let _ = self.media.send(ToMedia::Stop).await;
        // Keepers have ended, so nothing new comes; what they wrote last must not be lost.
        self.records.clone().close().await;
    }
}

fn unknown_space() -> Refusal {
    Refusal::new(RefusalCode::UnknownSpace, "there is no such square on this server")
}

fn closed_space() -> Refusal {
    Refusal::new(RefusalCode::UnknownSpace, "this square was closed for good by its hosts: it does not open again")
}
