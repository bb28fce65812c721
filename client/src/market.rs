//! The marketplace as a guest sees it, and what a guest can ask of it.

use crate::error::GuestError;
use crate::guest::{ASKED_WAIT, Guest, line_broke};
use crate::view::View;
use crate::world::World;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;
use torg_protocol::agenda::{AgendaView, Cell, Slot, SlotKind, TopicCard, TopicDetail, Visit};
use torg_protocol::ids::{ParticipantId, RequestId, SlotId, TopicId};
use torg_protocol::message::{
    Change, ClientMessage, Door, HelpCall, Made, Refusal, ServerMessage, SlotText, TopicText, Waiting,
};
use torg_protocol::units::TimeMs;

/// Answers to requests that are kept until their asker looks. A guest asks one thing after the other.
const ANSWERS_KEPT_MAX: usize = 64;

/// What a guest knows of the agenda, of topics, and of the door.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// The agenda and all topics.
    pub agenda: AgendaView,
    /// The slots whose bell has rung and that have not closed, as far as the guest has heard.
    pub running: BTreeSet<SlotId>,
    /// The topic at the guest's table that lacks its convener.
    pub asked_to_host: Option<TopicId>,
    /// Who muted the guest last.
    pub muted_by: Option<ParticipantId>,
    /// How the door stands and who waits: for those who hold it.
    pub door: Option<(Door, Vec<Waiting>)>,
    /// Calls for help: for those who help, and the guest's own.
    pub calls: Vec<HelpCall>,
    /// What the guest read last of visits.
    pub visits: Vec<Visit>,
    /// How often it has read them.
    pub visits_read: u64,
    /// The topic that the guest opened last.
    pub detail: Option<TopicDetail>,
    answers: VecDeque<(RequestId, Result<Option<Made>, Refusal>)>,
}

impl Market {
    pub(crate) fn new(agenda: AgendaView, now: TimeMs) -> Self {
        let runs = |slot: &&Slot| slot.starts_at <= now && now < slot.ends_at;
        let running = agenda.slots.iter().filter(runs).map(|slot| slot.id).collect();
        Self { agenda, running, ..Self::default() }
    }

    pub(crate) fn hear(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::SlotOpened { slot } => {
                self.running.insert(*slot);
            }
            ServerMessage::SlotClosed { slot } => {
                self.running.remove(slot);
            }
            ServerMessage::WhoHosts { topic } => self.asked_to_host = Some(*topic),
            ServerMessage::MutedBy { by } => self.muted_by = Some(*by),
            ServerMessage::Door { door, waiting, .. } => self.door = Some((*door, waiting.clone())),
            ServerMessage::HelpCalls { calls } => self.calls.clone_from(calls),
            ServerMessage::Visits { visits } => {
                self.visits.clone_from(visits);
                self.visits_read += 1;
            }
            ServerMessage::TopicDetail(detail) => self.detail = Some((**detail).clone()),
            ServerMessage::Done { request, made } => self.answer(*request, Ok(*made)),
            ServerMessage::Refused { request: Some(request), code, message, .. } => {
                self.answer(*request, Err(Refusal::new(*code, message.as_str())));
            }
            message => {
                if let ServerMessage::SlotRemoved { slot } = message {
                    self.running.remove(slot);
                }
                self.agenda.hear(message);
            }
        }
    }

    fn answer(&mut self, request: RequestId, answer: Result<Option<Made>, Refusal>) {
        self.answers.push_back((request, answer));
        while self.answers.len() > ANSWERS_KEPT_MAX {
            self.answers.pop_front();
        }
    }

    fn answer_to(&self, request: RequestId) -> Option<&Result<Option<Made>, Refusal>> {
        self.answers.iter().find(|(number, _)| *number == request).map(|(_, answer)| answer)
    }

    /// A topic by its title; of several the newest.
    #[must_use]
    pub fn topic(&self, title: &str) -> Option<&TopicCard> {
        self.agenda.topics.iter().rev().find(|card| card.title.as_str() == title)
    }

    /// A slot by its name; of several the first.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.agenda.slots.iter().find(|slot| slot.name.as_str() == name)
    }
}

impl World {
    /// The cell of the board at a slot and a table, by their names.
    #[must_use]
    pub fn cell(&self, slot: &str, table: &str) -> Option<Cell> {
        Some(Cell { slot: self.market().slot(slot)?.id, table: self.table(table)?.0 })
    }

    /// The name of the table where a topic is held.
    #[must_use]
    pub fn table_of_topic(&self, title: &str) -> Option<String> {
        let table = self.market().topic(title)?.placed?.table;
        self.space().map.tables.get(usize::from(table.0)).map(|table| table.name.as_str().to_owned())
    }
}

impl Guest {
    /// By this the guest is the same person when they come again: for [`crate::Options::as_person`].
    #[must_use]
    pub fn person_token(&self) -> String {
        self.view().world.person_token().to_owned()
    }

    /// Asks for a lasting change, and waits until it is committed.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when the server refuses, [`GuestError::TimedOut`] when it does not answer,
    /// [`GuestError::Connection`] when the line breaks before it does: then the change was made or not.
    pub async fn request(&mut self, change: Change) -> Result<Option<Made>, GuestError> {
        self.requests = self.requests.wrapping_add(1);
        let request = RequestId(self.requests);
        let returns = self.view().returns;
        self.say(ClientMessage::Change { request, change }).await?;
        let answered = |view: &View| view.world.market().answer_to(request).is_some();
        let settled = |view: &View| answered(view) || view.line_broke_since(returns);
        self.wait_until("the answer to a request", ASKED_WAIT, settled).await?;
        let view = self.view();
        match view.world.market().answer_to(request) {
            Some(answer) => answer.clone().map_err(GuestError::Refused),
            None => Err(line_broke("the answer to a request")),
        }
    }

    /// Brings a topic, into the tray or right onto a slot and a table, by their names.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a slot or table, [`GuestError::Refused`] when the cell is taken.
    pub async fn post_topic(&mut self, title: &str, at: Option<(&str, &str)>) -> Result<TopicId, GuestError> {
        let at = at.map(|(slot, table)| self.cell(slot, table)).transpose()?;
        let topic = TopicText {
            title: title.to_owned(),
            description: String::new(),
            wish: None,
            needs: vec![],
            language: None,
        };
        match self.request(Change::PostTopic { topic, at, anyway: None }).await? {
            Some(Made::Topic(topic)) => Ok(topic),
            _ => Err(GuestError::Unsupported("this server makes no topics")),
        }
    }

    /// Puts a topic on a slot and a table.
    ///
    /// # Errors
    /// As [`Guest::post_topic`].
    pub async fn place_topic(&mut self, topic: TopicId, slot: &str, table: &str) -> Result<(), GuestError> {
        let at = self.cell(slot, table)?;
        self.request(Change::PlaceTopic { topic, at, anyway: None }).await.map(|_| ())
    }

    /// Makes a slot for topics that begins after a while: hosts may.
    ///
    /// # Errors
    /// [`GuestError::Refused`] for who is no host.
    pub async fn add_slot(&mut self, name: &str, begins_in: Duration, lasts: Duration) -> Result<SlotId, GuestError> {
        let now = self.view().world.server_time(std::time::Instant::now());
        let after = |time: TimeMs, wait: Duration| TimeMs(time.0 + u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let starts_at = after(now, begins_in);
        let ends_at = after(starts_at, lasts);
        let slot = SlotText { name: name.to_owned(), kind: SlotKind::Topics, starts_at, ends_at };
        match self.request(Change::AddSlot { slot }).await? {
            Some(Made::Slot(slot)) => Ok(slot),
            _ => Err(GuestError::Unsupported("this server makes no slots")),
        }
    }

    /// Walks to the table where a topic is held, and sits down there.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] when no such topic is placed, and as [`Guest::table`].
    pub async fn table_of(&mut self, title: &str) -> Result<(), GuestError> {
        let table = self.view().world.table_of_topic(title);
        let table = table.ok_or_else(|| GuestError::Unknown(format!("topic \"{title}\" with a table")))?;
        self.table(&table).await
    }

    /// Waits until a topic is seen at a table.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when that does not happen.
    pub async fn wait_until_placed(&mut self, title: &str, wait: Duration) -> Result<(), GuestError> {
        let what = format!("the topic \"{title}\" at a table");
        self.wait_until(&what, wait, |view| view.world.table_of_topic(title).is_some()).await
    }

    /// Waits for the bell that opens a slot.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when it does not ring.
    pub async fn wait_until_opens(&mut self, slot: SlotId, wait: Duration) -> Result<(), GuestError> {
        self.wait_until("the bell", wait, |view| view.world.market().running.contains(&slot)).await
    }

    /// Reads what is recorded about the guest, or about everybody: hosts may.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when the guest may not.
    pub async fn read_visits(&mut self, everybody: bool) -> Result<Vec<Visit>, GuestError> {
        let before = self.view().world.market().visits_read;
        let read = move |view: &View| view.world.market().visits_read > before;
        self.ask(ClientMessage::ReadVisits { everybody }, "the visits", ASKED_WAIT, read).await?;
        Ok(self.view().world.market().visits.clone())
    }

    fn cell(&self, slot: &str, table: &str) -> Result<Cell, GuestError> {
        let cell = self.view().world.cell(slot, table);
        cell.ok_or_else(|| GuestError::Unknown(format!("slot \"{slot}\" or table \"{table}\"")))
    }
}
