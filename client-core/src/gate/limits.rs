//! How much one change may be.

/// Caps of the gate. The defaults are the protocol's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// Largest change as sent, bytes.
    pub change_bytes: usize,
    /// Largest change once inflated, bytes.
    pub inflated_bytes: usize,
    /// Largest sum of one batch's changes once inflated, bytes: they are held together until each is
    /// decided. Ten times what a tablet's fullest envelope comes to.
    pub batch_bytes: usize,
    /// Most operations of one change. A form has fewer than 100.
    pub operations: u64,
    /// Most predecessors of one change's operations together.
    pub predecessors: u64,
    /// Most changes that one change depends on directly.
    pub dependencies: u64,
    /// Most other actors that one change names.
    pub actors: u64,
    /// Longest message of a change, bytes; ours have none.
    pub message_bytes: usize,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            change_bytes: 256 * 1024,
            inflated_bytes: 256 * 1024,
            batch_bytes: 32 * 1024 * 1024,
            operations: 2_000,
            predecessors: 8_000,
            dependencies: 256,
            actors: 256,
            message_bytes: 128,
        }
    }
}
