//! The registry of spaces: the one task that knows the data folder, the links and which spaces run. It starts a
//! space's keeper when somebody comes, and forgets it when the keeper ends, be it by a panic: that costs the one
//! space a new start from its file.

use crate::clock::Clock;
use crate::keeper::{self, Begin};
use crate::limits::{EMPTY_SPACE_KEPT, REGISTRY_INBOX_MAX, RENEWAL_LOOK_EVERY};
use crate::links::{Generation, LinkKey, link};
use crate::mailbox::{CreateRefusal, Described, Glance, Opened, Population, SpaceKey, SpaceLinks, ToKeeper, ToMedia, ToRegistry};
use crate::metrics::SPACES_FAILED;
use crate::record::Records;
use crate::store::{FORMAT, SpaceRecord, Store, StoreError};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use torg_protocol::ids::SpaceId;
use torg_protocol::map::MapSpec;
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::Role;
use torg_protocol::text::Label;
use torg_protocol::geometry::HearingPreset;
use torg_space::Map;
use tracing::Instrument as _;

/// The id of the square that the first start makes.
const FIRST_SQUARE: &str = "torg";
const FIRST_SQUARE_NAME: &str = "Torg";
/// What ids of spaces are written with: nothing that is mistaken for another when read aloud.
const ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const ID_CHARS: usize = 12;

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
            ToRegistry::Open { space, token, reply } => {
                let _ = reply.send(self.open(&space, &token).await);
            }
            ToRegistry::Change { space, name, map, hearing, reply } => {
                let _ = reply.send(self.change(&space, name, map.map(|map| *map), hearing).await);
            }
            ToRegistry::Closed { space, reply } => {
                let _ = reply.send(self.close(&space).await.map_err(|error| error.to_string()));
            }
            ToRegistry::Stop => {}
        }
    }

    /// What a link leads to, and as what.
    async fn follow(&self, id: &SpaceId, token: &str) -> Result<(SpaceRecord, Role), Refusal> {
        let record = self.read(id).await.ok_or_else(unknown_space)?;
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
            people: self.key.people_of(&record.id),
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

    async fn create(&self, name: Label, map: Option<MapSpec>) -> Result<SpaceLinks, CreateRefusal> {
        let map = match map {
            Some(spec) => check_map(spec).await.map_err(|error| CreateRefusal::Map(error.to_string()))?,
            None => Map::default_square(),
        };
        let record =
            SpaceRecord { format: FORMAT, id: fresh_id(), name, generation: Generation(1), map: map.spec().clone() };
        let links = self.links(&record.id, record.generation);
        self.with_store(move |store| store.create(&record)).await.map_err(|error| {
            tracing::error!("a space could not be made: {error}");
            CreateRefusal::Store(error.to_string())
        })?;
        tracing::info!(space = %links.space, "a space was made");
        Ok(links)
    }

    /// Writes what changed of a space into its file, and tells its keeper, if it runs.
    async fn change(
        &self,
        id: &SpaceId,
        name: Option<Label>,
        map: Option<MapSpec>,
        hearing: Option<HearingPreset>,
    ) -> Result<Described, CreateRefusal> {
        let map = match map {
            Some(spec) => Some(check_map(spec).await.map_err(|error| CreateRefusal::Map(error.to_string()))?),
            None => None,
        };
        let has_new_map = map.is_some();
        let (id_there, new_name) = (id.clone(), name.clone());
        let change = move |record: &mut SpaceRecord| {
            record.name = new_name.unwrap_or_else(|| record.name.clone());
            record.map = map.map_or_else(|| record.map.clone(), |map| map.spec().clone());
            record.map.hearing = hearing.unwrap_or(record.map.hearing);
        };
        let record = self.with_store(move |store| store.change(&id_there, change)).await.map_err(|error| {
            tracing::error!("a space could not be changed: {error}");
            CreateRefusal::Store(error.to_string())
        })?;
        if let Some(running) = self.running.get(id) {
            let news = if has_new_map { ToKeeper::StartAgain } else { ToKeeper::Changed { name, hearing } };
            let _ = running.inbox.send(news).await;
        }
        Ok(Described { name: record.name, map: record.map })
    }

    /// Sets a closed space's file aside. When it was the square that is open to whoever sits at this machine, another
    /// one takes its place.
    async fn close(&mut self, id: &SpaceId) -> Result<(), StoreError> {
        let closed = id.clone();
        let done = self.with_store(move |store| store.close(&closed)).await;
        let done = match done {
            Ok(()) if self.open_square.id == *id => {
                let next = self.with_store(|store| first_square(store, store.list()?.0)).await;
                next.map(|record| self.open_square = record)
            }
            done => done,
        };
        done.inspect_err(|error| tracing::error!(space = %id, "a closed space's file could not be set aside: {error}"))
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

/// The square of a folder without one named [`FIRST_SQUARE`]: made now, under another id when a damaged file has
/// that one; else the first that can be read.
fn first_square(store: &Store, records: Vec<SpaceRecord>) -> Result<SpaceRecord, StoreError> {
    if let Some(record) = records.into_iter().next() {
        return Ok(record);
    }
    let mut record = SpaceRecord {
        format: FORMAT,
        id: SpaceId::parse(FIRST_SQUARE).expect("an id"),
        name: Label::parse(FIRST_SQUARE_NAME).expect("a name"),
        generation: Generation(1),
        map: Map::default_square().spec().clone(),
    };
    match store.create(&record) {
        Err(StoreError::Exists(_)) => {
            record.id = fresh_id();
            store.create(&record)?;
        }
        made => made?,
    }
    Ok(record)
}

fn fresh_id() -> SpaceId {
    let mut bytes = [0; ID_CHARS];
    SystemRandom::new().fill(&mut bytes).expect("the machine gave random numbers for the key at the start");
    let id: String = bytes.iter().map(|byte| char::from(ID_ALPHABET[usize::from(byte % 32)])).collect();
    SpaceId::parse(&id).expect("the alphabet is that of ids")
}

/// Checks a map. The largest take a second of CPU, which must not be taken from who serves others.
async fn check_map(spec: MapSpec) -> Result<Map, torg_space::MapError> {
    tokio::task::spawn_blocking(|| Map::check(spec))
        .await
        .expect("the check of a map returns errors and does not panic")
}
