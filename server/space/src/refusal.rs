//! Why the space refuses. The text is one sentence, fit to show to a person.

/// A refusal of the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such participant, or the id is taken: the keeper's doing.
    #[error("nobody with this id is in the space")]
    UnknownParticipant,
    /// As many people as the space may hold are in.
    #[error("the space is full ({max} people)")]
    SpaceFull {
        /// How many it holds.
        max: usize,
    },
    /// The place is off the map or inside a wall.
    #[error("nobody can stand there: it is outside the map or in a wall")]
    Place,
    /// There is no such table.
    #[error("there is no such table")]
    UnknownTable,
    /// The map that comes doesn't have the table any more.
    #[error("\"{table}\" is being taken away")]
    TableGoes {
        /// The table's name.
        table: String,
    },
    /// Every seat is taken.
    #[error("all {seats} seats at \"{table}\" are taken")]
    TableFull {
        /// The table's name.
        table: String,
        /// How many seats it has.
        seats: u16,
    },
    /// No way leads there.
    #[error("no way leads there")]
    NoWay,
    /// The role may not do this.
    #[error("only a host may do this")]
    NotAllowed,
    /// Speaking over everything takes the role or the word.
    #[error("only hosts, and who they lent the word, may speak to all")]
    NoWord,
    /// Nothing leaves a closed table, a broadcast neither.
    #[error("nothing is heard outside a closed table: leave it to speak to all")]
    BehindClosedWall,
    /// Who has no microphone speaks to nobody.
    #[error("nobody would hear you: you have no microphone here")]
    NoMicrophone,
    /// As many speak over everything as can be at once.
    #[error("{max} people speak to all already: wait until one of them ends")]
    TooManySpeak {
        /// How many may.
        max: usize,
    },
    /// There is no such zone.
    #[error("there is no such zone")]
    UnknownZone,
}
