//! What became of a commit that failed or was never answered.

use super::plan::Truth;
use super::{Key, Writer, transaction};
use crate::limits::{DOUBT_LOOK_EVERY, DOUBT_WAIT};
use tokio::time::{sleep, timeout};

impl Writer {
    /// Asks the database where the logs of these spaces end, until it answers; nothing when it doesn't in time.
    pub(super) async fn truth(&mut self, spaces: Vec<Key>) -> Option<Truth> {
        let ask = async {
            loop {
                if let Ok(mut connection) = self.take_connection().await
                    && let Ok(truth) = transaction::truth(&mut connection, &spaces).await
                {
                    self.connection = Some(connection);
                    return truth;
                }
                sleep(DOUBT_LOOK_EVERY).await;
            }
        };
        timeout(DOUBT_WAIT, ask).await.ok()
    }
}
