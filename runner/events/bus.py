"""Hand events to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from runner.events.event import Event
from runner.events.secrets import Masker

Subscriber = Callable[[Event], None]
_log = logging.getLogger(__name__)


class Bus:
    """Delivers every event, in order, to every subscriber.

    Secrets are taken out here, once, so that no subscriber can leak one. A subscriber that raises is dropped and
    noted in the log; it can never stop a build.
    """

    def __init__(self, *subscribers: Subscriber, secrets: Iterable[str] = ()) -> None:
        self._subscribers = list(subscribers)
        self._secrets = list(secrets)
        self.mask = Masker(self._secrets)
        """Takes the secrets out of a text."""

    @property
    def secrets(self) -> Sequence[str]:
        """What is taken out."""
        return self._secrets

    def hide(self, secret: str) -> None:
        """Take one more secret out of everything that happens from now on."""
        if secret not in self._secrets:
            self._secrets.append(secret)
            self.mask = Masker(self._secrets)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Tell one more of everything that happens from now on."""
        self._subscribers.append(subscriber)

    def emit(self, event: Event) -> None:
        """Tell everyone what happened."""
        masked = event.masked(self.mask)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(masked)
            except BrokenPipeError:  # nobody reads on, as after `| head`: nothing to note
                self._subscribers.remove(subscriber)
            except OSError as error:
                self._subscribers.remove(subscriber)
                _log.warning("what happens is no longer written to %s: %s", subscriber, error.strerror or error)
            except Exception as error:  # noqa: BLE001 - the edge of the bus: a report must not stop a build
                self._subscribers.remove(subscriber)
                _log.warning("%s hears no more events: %s: %s", subscriber, type(error).__name__, error)
                _log.debug("where it failed", exc_info=True)
