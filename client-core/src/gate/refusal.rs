//! Why a change may not enter.

/// Why a change may not enter a document. Never for a value: those become issues at reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Refusal {
    /// The bytes are no automerge chunk, or a damaged one.
    #[error("the bytes are no change")]
    Unreadable,
    /// A whole document or a bundle: only single changes may enter.
    #[error("the chunk is not a single change")]
    NotAChange,
    /// The checksum does not fit the content.
    #[error("the change is damaged")]
    Checksum,
    /// Larger than the cap, as sent or inflated.
    #[error("the change is too large")]
    TooLarge,
    /// More operations, predecessors, dependencies or actors than the caps.
    #[error("the change has too many operations")]
    TooManyOperations,
    /// The change's actor is not the author's device.
    #[error("the change was written under another device's name")]
    ForeignActor,
    /// The author may not write to this document.
    #[error("the document is read-only for this author")]
    ReadOnly,
    /// The author has written in this document as much as one device may.
    #[error("the author has filled its part of this document")]
    DocumentFull,
    /// The change does not descend from the first change.
    #[error("the change does not descend from the first change")]
    NotDescended,
    /// A change it depends on is not here.
    #[error("a change it depends on has not arrived")]
    MissingDependencies,
    /// A change it depends on was refused.
    #[error("a change it depends on was refused")]
    DependsOnRefused,
    /// Its number or its counter does not follow what it depends on.
    #[error("the change does not follow its author's former changes")]
    Sequence,
    /// It does something other than making an entry or setting a field to a scalar.
    #[error("the change does something entries do not allow")]
    Shape,
    /// A key is malformed, or of a kind this document does not hold.
    #[error("the key is not one of this document")]
    Key,
    /// An entry with this key exists already.
    #[error("an entry with this key exists")]
    KeyExists,
    /// A name or value is longer than its cap.
    #[error("a value is too long")]
    TooLong,
    /// It changes a field that only the creation of its entry may write.
    #[error("a field fixed at creation is changed")]
    CreationField,
    /// It states that another device made the entry.
    #[error("the entry names another device as its author")]
    ForeignStamp,
}

impl Refusal {
    /// It lies in the change itself: whoever brings the same bytes, they are refused again. Other
    /// refusals are about who brought them, when, or under which right.
    pub fn is_of_the_change(self) -> bool {
        !matches!(
            self,
            Self::ForeignActor
                | Self::ReadOnly
                | Self::DocumentFull
                | Self::MissingDependencies
                | Self::ForeignStamp
        )
    }

    /// Every refusal there is.
    pub const ALL: [Self; 18] = [
        Self::Unreadable,
        Self::NotAChange,
        Self::Checksum,
        Self::TooLarge,
        Self::TooManyOperations,
        Self::ForeignActor,
        Self::ReadOnly,
        Self::DocumentFull,
        Self::NotDescended,
        Self::MissingDependencies,
        Self::DependsOnRefused,
        Self::Sequence,
        Self::Shape,
        Self::Key,
        Self::KeyExists,
        Self::TooLong,
        Self::CreationField,
        Self::ForeignStamp,
    ];

    /// Reads a code back.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "change-unreadable",
            Self::NotAChange => "not-a-change",
            Self::Checksum => "change-checksum",
            Self::TooLarge => "change-too-large",
            Self::TooManyOperations => "too-many-operations",
            Self::ForeignActor => "foreign-actor",
            Self::ReadOnly => "document-read-only",
            Self::DocumentFull => "document-full",
            Self::NotDescended => "not-descended",
            Self::MissingDependencies => "missing-dependencies",
            Self::DependsOnRefused => "depends-on-refused",
            Self::Sequence => "change-sequence",
            Self::Shape => "change-shape",
            Self::Key => "entry-key",
            Self::KeyExists => "entry-exists",
            Self::TooLong => "value-too-long",
            Self::CreationField => "creation-field",
            Self::ForeignStamp => "foreign-stamp",
        }
    }
}
