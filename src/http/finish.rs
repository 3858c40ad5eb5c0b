//! Work that goes on when the client leaves.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

/// A future that is driven to its end in any case: by whoever awaits it, or, when that one is dropped because its client
/// left, by a task of its own. A task for every request would cost each of them a wake-up more.
pub(super) struct Finishing<T: Send + 'static>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T: Send + 'static> Finishing<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Finishing<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Taken out while it runs, so that a panic in it leaves nothing that could be polled again.
        let mut work = self.0.take().expect("a future is not polled after its end");
        let outcome = work.as_mut().poll(context);
        if outcome.is_pending() {
            self.0 = Some(work);
        }
        outcome
    }
}

impl<T: Send + 'static> Drop for Finishing<T> {
    fn drop(&mut self) {
        // Without a runtime there is nobody left who could drive it.
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_is_dropped_in_the_middle_goes_on() {
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let mut work = Finishing::new(async move {
            may_go_on.await.expect("it is told to go on");
            end.send(7).expect("somebody waits for the end");
        });
        assert!(
            std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut work).poll(context)))
                .await
                .is_pending()
        );
        drop(work);
        go_on.send(()).expect("it still waits");
        assert_eq!(ended.await, Ok(7));
    }

    #[tokio::test]
    async fn what_is_awaited_gives_its_outcome() {
        assert_eq!(Finishing::new(async { 7 }).await, 7);
    }
}
