//! The files of spaces: making one, changing what is written of it, and setting it aside for good.

use super::Registry;
use crate::links::Generation;
use crate::mailbox::{CreateRefusal, Described, SpaceLinks, ToKeeper};
use crate::store::{FORMAT, SpaceRecord, Store, StoreError};
use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::SpaceId;
use torg_protocol::map::MapSpec;
use torg_protocol::text::Label;
use torg_space::Map;

/// The id of the square that the first start makes.
pub(super) const FIRST_SQUARE: &str = "torg";
const FIRST_SQUARE_NAME: &str = "Torg";
/// What ids of spaces are written with: nothing that is mistaken for another when read aloud.
const ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const ID_CHARS: usize = 12;

impl Registry {
    pub(super) async fn create(&self, name: Label, map: Option<MapSpec>) -> Result<SpaceLinks, CreateRefusal> {
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
    pub(super) async fn change(
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

    /// The space has this bell from now on, or none of its own; its keeper learns of it, if it runs.
    pub(super) async fn set_bell(&self, id: &SpaceId, bell: Option<Bytes>) -> Result<(), StoreError> {
        let (id_there, written) = (id.clone(), bell.clone());
        let done = self.with_store(move |store| store.set_bell(&id_there, written.as_deref())).await;
        done.inspect_err(|error| tracing::error!(space = %id, "a bell could not be written: {error}"))?;
        if let Some(running) = self.running.get(id) {
            let _ = running.inbox.send(ToKeeper::BellChanged(bell)).await;
        }
        Ok(())
    }

    /// The space's own bell. One that can't be read is as good as none, and named in the log.
    pub(super) async fn read_bell(&self, id: &SpaceId) -> Option<Bytes> {
        let there = id.clone();
        let read = self.with_store(move |store| store.bell(&there)).await;
        read.inspect_err(|error| tracing::error!(space = %id, "{error}")).ok().flatten().map(Bytes::from)
    }

    /// Sets a closed space's file aside. When it was the square that is open to whoever sits at this machine, another
    /// one takes its place.
    pub(super) async fn close(&mut self, id: &SpaceId) -> Result<(), StoreError> {
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
}

/// The square of a folder without one named [`FIRST_SQUARE`]: made now, under another id when a damaged file has
/// that one; else the first that can be read.
pub(super) fn first_square(store: &Store, records: Vec<SpaceRecord>) -> Result<SpaceRecord, StoreError> {
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
pub(super) async fn check_map(spec: MapSpec) -> Result<Map, torg_space::MapError> {
    tokio::task::spawn_blocking(|| Map::check(spec))
        .await
        .expect("the check of a map returns errors and does not panic")
}
