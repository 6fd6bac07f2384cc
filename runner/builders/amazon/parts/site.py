"""Where a build makes things, and how it makes those that go again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import NamedTuple

from runner.builders.amazon.parts.removal import KINDS, resource
from runner.builders.amazon.shared.access import AwsAccess, AwsPolling
from runner.builders.amazon.shared.client import Account, Api, Refused, account_of
from runner.builders.amazon.shared.tagging import PREFIX, marks
from runner.sdk import Failed, Session


class Site(NamedTuple):
    """The account and the region of a build, and the tags of what it makes and removes."""

    account: Account
    session: Session
    marks: Mapping[str, str]
    polling: AwsPolling | None = None
    attempt: str = ""
    """What tells this launch from others of the same build, such as one of its own image."""

    @property
    def ec2(self) -> Api:
        """EC2 in the region of the build."""
        return self.account("ec2")

    @property
    def region(self) -> str:
        """The region of the build."""
        return self.account.region

    @property
    def name(self) -> str:
        """A name for what the build makes, which no other build has."""
        return f"{PREFIX}{self.session.run[:8]}-{hashlib.sha256(self.session.build.encode()).hexdigest()[:8]}"

    def token(self, *parts: str) -> str:
        """Return what marks a request, so that sending it twice makes one thing."""
        text = "\n".join((self.session.build, self.attempt, *parts))
        return f"{self.session.run}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


async def site_of(access: AwsAccess, session: Session) -> Site:
    """Return where a build works. Raises ``Failed`` when there are no good credentials."""
    account = await account_of(access, session)
    who = ""
    if not access.skip_credential_validation:
        told = await account("sts")("get_caller_identity")
        who = f" as {told['Arn']}"
    session.say(f"Working in {account.region}{who}")
    marked = marks(session, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return Site(account, session, marked, access.aws_polling, secrets.token_hex(4))


@asynccontextmanager
async def temporary(
    site: Site, kind: str, name: str, make: Callable[[], Awaitable[str]], region: str | None = None,
    kept: Callable[[str], bool] = lambda _: False,
) -> AsyncIterator[str]:
    """Have something that is noted, made, and removed in the end unless it is to be ``kept``. Raises ``Failed``.

    ``make`` gives what AWS calls it. When nobody knows whether something was made, it is looked for.
    """
    what, where = KINDS[kind], region or site.region
    api = site.account(what.service, where)
    noted = resource(kind, name, {**site.account.about(), "region": where}, site.session)
    with site.session.noted(noted) as gone:
        try:
            made = await make()
        except BaseException as error:
            if isinstance(error, Refused) and error.certain:
                gone()
            else:
                with suppress(Failed):  # what went wrong first is the reason
                    await what.remove(api, await what.find(api, noted), site.session.say)
                    gone()
            raise
        try:
            yield made
        finally:
            with _told(site, made, gone):
                if not kept(made):
                    await what.remove(api, [made], site.session.say)


@asynccontextmanager
async def swept(site: Site, kind: str, name: str) -> AsyncIterator[None]:
    """See in the end that nothing of a kind is left which carries the tags of the build."""
    what, api = KINDS[kind], site.account(KINDS[kind].service)
    noted = resource(kind, name, site.account.about(), site.session)
    with site.session.noted(noted) as gone:
        try:
            yield
        finally:
            with _told(site, kind, gone):
                await what.remove(api, await what.find(api, noted), site.session.say)


@contextmanager
def _told(site: Site, what: str, gone: Callable[[], None]) -> Iterator[None]:
    """Take the note back once something is removed; if it cannot be, say so: the build may have gone well."""
    try:
        yield
    except Failed as failed:
        site.session.say(f"{what} could not be removed: {failed}; `ingot gc` does it later")
    else:
        gone()
