"""The way to Amazon Web Services: an account, its services, and what their refusals mean."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from runner.builders.amazon.shared.pace import Pace, pace_of
from runner.sdk import Failed, Session
from runner.sdk.threads import held

if TYPE_CHECKING:
    from runner.builders.amazon.shared.access import AssumeRole, AwsAccess

_RETRIES = 7
"""How many times a request that failed is sent again, with growing pauses, when nobody says."""
_CAPACITY = (
    "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientReservedInstanceCapacity",
    "MaxSpotInstanceCountExceeded", "SpotMaxPriceTooLow", "InsufficientFreeAddressesInSubnet", "Unsupported",
)
_FORBIDDEN = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "UnauthorizedException")
_EXPIRED = ("RequestExpired", "ExpiredToken", "ExpiredTokenException")
_WRONG = ("AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException")
_CERTAIN = range(400, 500)


class Refused(Failed):
    """AWS refused a request. ``code`` is its word for the reason."""

    def __init__(self, code: str, status: int, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.code = code
        self.certain = status in _CERTAIN or self.lacks_capacity
        """Whether nothing has been made; after a failure of AWS itself nobody knows."""

    @property
    def lacks_capacity(self) -> bool:
        """Whether another zone or another type of instance may have what this one has not."""
        return self.code in _CAPACITY

    @property
    def missing(self) -> bool:
        """Whether the thing that was asked for is not there."""
        return self.code.endswith(
            (".NotFound", ".NotFoundException", ".Unknown", "NoSuchEntity", "NoSuchBucket", ".Unavailable")
        )


class Api:
    """One service in one region, called with the name of an operation and what it takes. Raises ``Failed``."""

    def __init__(self, client: Any, pace: Pace, decode: Callable[[str], str] | None = None) -> None:
        self.client = client
        """What botocore knows it by, for transfers that take several requests."""
        self._pace = pace
        self._decode = decode
        self.region: str = client.meta.region_name

    async def __call__(self, operation: str, **asked: Any) -> Mapping[str, Any]:
        """Return the answer; the request is not interrupted, so that nothing it makes is lost."""
        await asyncio.sleep(self._pace.turn())
        return await held(self.now, operation, **asked)

    def now(self, operation: str, **asked: Any) -> Mapping[str, Any]:
        """Return the answer, while everything else waits."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        given = {name: value for name, value in asked.items() if value is not None}
        try:
            answer: Mapping[str, Any] = getattr(self.client, operation)(**given)
        except ClientError as error:
            self._refuse(error)
        except (BotoCoreError, ResponseParserError) as error:
            raise Failed(f"AWS cannot be asked: {error}", _hint_of(error)) from error
        return answer

    def _refuse(self, error: Any) -> NoReturn:
        """Raise what a refusal means."""
        told, service = error.response.get("Error", {}), self.client.meta.service_model.service_id.lower()
        code, text = told.get("Code", ""), told.get("Message", "") or str(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        action, hint = f"{service}:{error.operation_name}", None
        if code in _FORBIDDEN:
            _, _, encoded = text.partition("Encoded authorization failure message: ")
            if encoded and self._decode is not None:
                with suppress(Failed):  # what may not be decoded is still refused
                    text = self._decode(encoded.split()[0])
            hint = f"the policy of who works here has to allow {action}"
        elif code in _EXPIRED:
            hint = "log in again, or use credentials that last longer"
        elif code in _WRONG:
            hint = "look at the access key, the secret key and the clock of this computer"
        raise Refused(code, status, f"{action}: {text} ({code})", hint) from error


class Account:
    """An account of AWS, with whose credentials everything is asked for."""

    def __init__(self, session: Any, access: AwsAccess) -> None:
        self._session = session
        self._access = access
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Api] = {}
        self.region: str = session.region_name

    def __call__(self, service: str, region: str | None = None) -> Api:
        """Return a service in a region, that of the build when none is named."""
        where = region or self.region
        with self._lock:
            if (service, where) not in self._clients:
                pace = pace_of(repr(self.about()), service, where)
                self._clients[service, where] = Api(self._client(service, where, pace), pace, self._decoder())
            return self._clients[service, where]

    def _client(self, service: str, region: str, pace: Pace) -> Any:
        from botocore.config import Config

        access = self._access
        retries = _RETRIES if access.max_retries is None else access.max_retries
        client = self._session.client(
            service, region_name=region, verify=False if access.insecure_skip_tls_verify else None,
            endpoint_url=access.custom_endpoint_ec2 if service == "ec2" else None,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": retries + 1}, connect_timeout=10, read_timeout=60
            ),
        )
        client.meta.events.register_first(f"needs-retry.{service}", partial(_heard, pace))
        client.meta.events.register_first(f"needs-retry.{service}.RunInstances", _no_retry_for_capacity)
        return client

    def _decoder(self) -> Callable[[str], str] | None:
        if not self._access.decode_authorization_messages:
            return None
        return lambda text: str(self("sts").now("decode_authorization_message", EncodedMessage=text)["DecodedMessage"])

    def about(self) -> dict[str, str]:
        """Return what finds the account again, for the journal: no secret is in it."""
        access = self._access
        told = {
            "profile": access.profile, "shared_credentials_file": access.shared_credentials_file,
            "endpoint": access.custom_endpoint_ec2, "role": access.assume_role and access.assume_role.role_arn,
        }
        return {"region": self.region, **{name: value for name, value in told.items() if value}}


async def account_of(access: AwsAccess, session: Session | None = None) -> Account:
    """Return the account that options and environment name. Raises ``Failed``."""
    code: Callable[[str], str] | None = None
    if session is not None and session.ask is not None:
        code = partial(_typed, session.ask, asyncio.get_running_loop())
    return await held(opened, access, code)


def _typed(ask: Callable[[str, bool], Awaitable[str]], loop: asyncio.AbstractEventLoop, question: str) -> str:
    """Return what somebody answers, who sits where the loop runs and not in this thread."""

    async def answer() -> str:
        return await ask(question, True)  # noqa: FBT003 - as the sdk has it

    return asyncio.run_coroutine_threadsafe(answer(), loop).result()


def opened(access: AwsAccess, ask: Callable[[str], str] | None = None) -> Account:
    """Return the account, while everything else waits. Raises ``Failed``."""
    import boto3
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session as Core

    core = Core(profile=access.profile)
    if access.shared_credentials_file:
        core.set_config_variable("credentials_file", access.shared_credentials_file)
    try:
        providers = core.get_component("credential_provider")
        if access.skip_metadata_api_check:
            providers.remove("iam-role")
        if (roles := providers.get_provider("assume-role")) is not None:
            roles._prompter = _prompter(access, ask)  # noqa: SLF001 - botocore has no other way to be told who is asked
        keys = {
            "aws_access_key_id": access.access_key, "aws_secret_access_key": access.secret_key,
            "aws_session_token": access.token,
        }
        region = access.region or os.environ.get("AWS_REGION") or None  # botocore does not read it
        session = boto3.Session(botocore_session=core, region_name=region, **keys)
        if access.assume_role is not None:
            _assume(session, access.assume_role)
    except BotoCoreError as error:
        raise Failed(f"AWS cannot be used: {error}", _hint_of(error)) from error
    if session.region_name is None:
        raise Failed("no region of AWS is named", "write region, set AWS_REGION, or name one in the profile")
    return Account(session, access)


def _prompter(access: AwsAccess, ask: Callable[[str], str] | None) -> Callable[[str], str]:
    """Return who knows the code of a device for multi-factor authentication."""

    def answer(question: str) -> str:
        if access.mfa_code is not None:
            return access.mfa_code
        if ask is None:
            raise Failed("a code for multi-factor authentication is needed", "set mfa_code, or run ingot at a terminal")
        return ask(question)

    return answer


def _assume(session: Any, role: AssumeRole) -> None:
    """Let a session act in a role from now on; its credentials are renewed before they expire."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    more = {
        "RoleSessionName": role.session_name, "DurationSeconds": role.duration_seconds, "ExternalId": role.external_id,
        "Policy": role.policy, "PolicyArns": [{"arn": each} for each in role.policy_arns or ()] or None,
        "Tags": [{"Key": key, "Value": value} for key, value in (role.tags or {}).items()] or None,
        "TransitiveTagKeys": role.transitive_tag_keys,
    }
    core = session._session  # noqa: SLF001 - boto3 hands the session of botocore out in no other way
    fetcher = AssumeRoleCredentialFetcher(
        core.create_client, core.get_credentials(), role.role_arn,
        extra_args={name: value for name, value in more.items() if value is not None},
    )
    core._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001 - as above


def _heard(pace: Pace, response: Any, **_: Any) -> None:
    """Tell how each attempt was answered, those too that botocore makes again by itself."""
    if response is not None:
        pace.heard(response[1].get("Error", {}).get("Code"))


def _no_retry_for_capacity(response: Any, operation: Any, **_: Any) -> None:
    """End the retries of a request for an instance that AWS does not have: another zone may have one."""
    from botocore.exceptions import ClientError

    if response is not None and response[1].get("Error", {}).get("Code") in _CAPACITY:
        raise ClientError(response[1], operation.name)


def _hint_of(error: Exception) -> str | None:
    match type(error).__name__:
        case "NoCredentialsError" | "PartialCredentialsError":
            return "log in with the aws program, name a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case "ProfileNotFound":
            return "the profiles are in ~/.aws/config and ~/.aws/credentials"
        case "EndpointConnectionError" | "ConnectTimeoutError":
            return "look at the region's name and at the network"
        case "SSOTokenLoadError" | "UnauthorizedSSOTokenError" | "TokenRetrievalError":
            return "run `aws sso login`"
        case _:
            return None
