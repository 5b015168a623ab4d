"""A backend that asks a model: it renders the prompt and reads the answer; a provider only carries them."""

from asyncio import AbstractEventLoop, Semaphore, get_running_loop
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import field

from jaunt.config import LLMConfig
from jaunt.errors import JauntAnswerError, JauntGenerationError
from jaunt.generate.answer.advisories import split_advisories, with_advisories
from jaunt.generate.answer.extract import extract_code
from jaunt.generate.answer.fences import fenced_blocks, find_fences
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.prompt import Message, Templates, load_templates, render_messages
from jaunt.generate.prompt_size import require_size
from jaunt.generate.retry import CONTEXT_HINT
from jaunt.generate.transport import scrub
from jaunt.generate.usage import Usage
from jaunt.process.background import take_turn
from jaunt.process.frozen import frozen
from jaunt.text.lines import printable_line

SERVER_HINT = "start it, or correct base_url in [llm]"
"""What to do where a server of one's own doesn't answer."""

_SHORTEST_KEY = 12
"""In characters: what some put in place of a key ("ollama") may well stand in a module."""


@frozen
class Request:
    """One call: the messages to send, and the context that they were made from.

    The answer to a question is a word or two, and no code.
    """

    messages: Sequence[Message]
    context: ModuleSpecContext
    is_question: bool = False


@frozen
class Answer:
    """What a provider gave back.

    `truncated_at` is the number of tokens at which a length limit cut the answer off (None: it is whole,
    0: not known); `usage` is what the call took, `stop_reason` why the model stopped, in the provider's word.
    """

    text: str
    truncated_at: int | None = None
    usage: Usage = field(default_factory=Usage)
    stop_reason: str = ""


class ModelBackend(GeneratorBackend):
    """Base of the providers. Subclasses define `complete` alone.

    `usage` is what all calls so far took, `usage_by_module` the same by the spec module's name.
    An answer that holds one of the `secrets` is refused. `admit`, if set, is given the usage so far before
    each call, and raises JauntGenerationError where no further one may be made. `max_tokens` is the longest answer that
    is asked for (None: as long as the other side allows), `max_prompt_tokens` the longest prompt that is sent.
    `key_variable` is the environment variable that its key was read from ("": it has none), `own_server` the URL that
    was configured in place of the provider's ("": none was);
    `files_a_call` is how many files a call has open, `parallel` how many calls are open at a time (None: any number),
    `takes_grammar` whether answers can be held to a grammar.
    """

    max_tokens: int | None = None
    max_prompt_tokens = LLMConfig.max_prompt_tokens
    key_variable = ""
    own_server = ""
    files_a_call = 1
    parallel: int | None = None
    takes_grammar = False

    def __init__(self, templates: Templates | None = None, *, secrets: Sequence[str] = ()) -> None:
        self.templates = templates or load_templates()
        self.secrets = secrets
        self.usage = Usage()
        self._usage_by_module: dict[str, Usage] = {}
        self.admit: Callable[[Usage], None] | None = None
        self._turns: tuple[AbstractEventLoop, AbstractAsyncContextManager[object]] | None = None

    @property
    def usage_by_module(self) -> Mapping[str, Usage]:
        """What the calls for each spec module took."""
        return self._usage_by_module

    async def complete(self, request: Request) -> Answer:
        """Send one request; raises JauntGenerationError if there is no answer."""
        raise NotImplementedError

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Render the prompt, ask, and return the code in the answer."""
        answer = await self._call(Request(render_messages(ctx, self.templates, errors=extra_error_context), ctx))
        self._require_whole(answer, ctx.spec_module)
        # Those beside the code, in the prose or behind a fence, go on with it.
        text, advisories = split_advisories(answer.text)
        return with_advisories(extract_code(text, ctx.expected_names), advisories)

    async def answer(self, ctx: ModuleSpecContext, messages: Sequence[Message]) -> str | None:
        """Ask a question, and return the answer as it is, "" where it was cut off."""
        answer = await self._call(Request(messages, ctx, is_question=True))
        return answer.text if answer.truncated_at is None else ""

    async def _call(self, request: Request) -> Answer:
        ctx = request.context
        require_size(request.messages, ctx, self.max_prompt_tokens)
        # The time that a call may take counts from here on: while it waits for its turn, it keeps no server busy.
        async with self._turn():
            if self.admit is not None:
                self.admit(self.usage)
            answer = await self.complete(request)
        # Before anything else: an answer that is of no use is paid for as well.
        self.usage += answer.usage
        before = self._usage_by_module.get(ctx.spec_module, Usage())
        self._usage_by_module[ctx.spec_module] = before + answer.usage
        await take_turn()
        return answer

    def _turn(self) -> AbstractAsyncContextManager[object]:
        """Return what lets `parallel` calls of this event loop go ahead at a time."""
        loop = get_running_loop()
        if self._turns is None or self._turns[0] is not loop:
            self._turns = loop, Semaphore(self.parallel) if self.parallel else nullcontext()
        return self._turns[1]

    def warnings(self) -> list[tuple[str, str]]:
        """Return what is likely to be wrong with the configuration, and what to do about it, for `jaunt doctor`."""
        return []

    def _require_whole(self, answer: Answer, module: str) -> None:
        if answer.truncated_at is not None and not _has_closed_block(answer.text):
            where = f"at {answer.truncated_at} tokens" if answer.truncated_at else "by a length limit"
            message = f"{module}: the answer was cut off {where}"
            told = "the answer was cut off by its length: answer shorter, with the code only"
            raise JauntAnswerError(message, hint=self._length_hint(answer), text=answer.text, told=told)
        if not answer.text.strip():
            said = printable_line(scrub(str(answer.stop_reason), self.secrets))
            reason = f" (it stopped for: {said})" if answer.stop_reason else ""
            told = "the answer was empty: answer with the code"
            raise JauntAnswerError(f"{module}: the model answered without any text{reason}", told=told)
        if any(secret in answer.text for secret in self.secrets if len(secret) >= _SHORTEST_KEY):
            raise JauntGenerationError(f"{module}: the answer holds the key, so it is not kept")

    def _length_hint(self, answer: Answer) -> str:
        """Say which limit it was: ours where it was reached, else that of the server's context."""
        if self.max_tokens is None or 0 < (answer.truncated_at or 0) < self.max_tokens:
            return CONTEXT_HINT
        return "raise max_tokens in [llm], or split the module"


def _has_closed_block(text: str) -> bool:
    """Whether there is fenced code that was finished before the answer was cut off."""
    fences = list(find_fences(text))
    return bool(fences) and bool(fenced_blocks(text, fences)[0])
