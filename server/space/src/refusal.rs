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
    /// Only who sits at the table may do this.
    #[error("only who sits at this table may do this")]
    NotAtTable,
    /// Whoever has no right to it neither brings a talking piece nor takes it away from who holds it.
    #[error(
        "only hosts, and at their own table facilitators and who brings its topic, may do this with its talking piece"
    )]
    NoPieceRight,
    /// A talking piece goes round among people.
    #[error("nobody sits at this table: there is nobody to pass a talking piece round")]
    EmptyTable,
    /// No talking piece goes round there.
    #[error("no talking piece goes round at this table")]
    NoPiece,
    /// Somebody holds the talking piece.
    #[error("somebody holds the talking piece: it can be taken when it lies in the middle")]
    PieceHeld,
    /// Nobody called to the plenum.
    #[error("nobody calls to the plenum at the moment")]
    NoPlenum,
    /// A closed table lets nobody listen.
    #[error("nothing is heard outside a closed table: nobody can listen to it in passing")]
    ClosedTable,
    /// There is no such zone.
    #[error("there is no such zone")]
    UnknownZone,
}
