"""Which calls have no effects, as data: what may stand at the module level of generated code.

To allow one more, add its name behind its module's.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(text: dict[str, str]) -> dict[str, frozenset[str]]:
    return {module: _words(names) for module, names in text.items()}


ALL = _words("*")
"""Stands for all that a module has."""

PURE_CALLS: dict[str, frozenset[str]] = _table(
    {
        "abc": "abstractclassmethod abstractmethod abstractproperty abstractstaticmethod update_abstractmethods",
        "argparse": "Namespace",
        "array": "array",
        "ast": "literal_eval",
        "asyncio": "Barrier BoundedSemaphore Condition Event Lock Queue Semaphore",
        "base64": "*",
        "binascii": "hexlify unhexlify crc32",
        "bisect": "*",
        "builtins": (
            "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod "
            "enumerate filter float format frozenset getattr hasattr hash hex int isinstance issubclass iter len "
            "list map max memoryview min next object oct ord pow property range repr reversed round set "
            "slice sorted staticmethod str sum super tuple type zip NotImplementedError ArithmeticError "
            "AssertionError AttributeError Exception ImportError IndexError KeyError LookupError OSError "
            "OverflowError RuntimeError StopAsyncIteration StopIteration TimeoutError TypeError "
            "UnicodeError ValueError"
        ),
        "calendar": "monthrange isleap",
        "collections": ("ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple"),
        "colorsys": "*",
        "configparser": "ConfigParser RawConfigParser",
        "contextlib": "AsyncExitStack ExitStack asynccontextmanager closing contextmanager nullcontext suppress",
        "contextvars": "ContextVar",
        "copy": "copy deepcopy",
        "dataclasses": "dataclass field fields make_dataclass replace",
        "datetime": ("date datetime time timedelta timezone fromisoformat fromordinal strptime combine "),
        "decimal": "Context Decimal",
        "difflib": "*",
        "email.message": "EmailMessage Message",
        "email.policy": "EmailPolicy Compat32",
        "enum": "*",
        "fnmatch": "filter fnmatchcase translate",
        "fractions": "Fraction",
        "functools": "*",
        "gettext": "NullTranslations",
        "graphlib": "TopologicalSorter",
        "hashlib": "blake2b blake2s md5 new sha1 sha224 sha256 sha384 sha512",
        "heapq": "*",
        "hmac": "new",
        "html": "escape unescape",
        "html.parser": "HTMLParser",
        "http": "*",
        "http.cookies": "SimpleCookie Morsel",
        "inspect": "Parameter Signature cleandoc getdoc getmodulename isclass iscoroutinefunction isfunction signature",
        "io": "BytesIO StringIO",
        "ipaddress": "*",
        "itertools": "*",
        "json": "JSONDecoder JSONEncoder dumps loads",
        "keyword": "iskeyword issoftkeyword",
        "logging": "BufferingFormatter Filter Formatter LoggerAdapter NullHandler getLevelName getLogger",
        "math": "*",
        "cmath": "*",
        "ntpath": "basename dirname join normpath splitext",
        "numbers": "*",
        "operator": (
            "add and_ attrgetter concat contains eq floordiv ge gt itemgetter le lt methodcaller mod mul ne neg "
            "not_ or_ sub truediv xor"
        ),
        "os.path": "basename dirname join normpath splitext",
        "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
        "posixpath": "basename dirname join normpath splitext",
        "pprint": "PrettyPrinter pformat",
        "queue": "LifoQueue PriorityQueue Queue SimpleQueue",
        "random": "Random SystemRandom",
        "re": "compile escape",
        "reprlib": "Repr repr",
        "secrets": "compare_digest",
        "shlex": "join quote split",
        "stat": "*",
        "statistics": "*",
        "string": "Formatter Template capwords",
        "struct": "Struct calcsize iter_unpack pack unpack",
        "sys": "intern getsizeof",
        "textwrap": "*",
        "time": "struct_time",
        "threading": "Barrier BoundedSemaphore Condition Event Lock RLock Semaphore local",
        "tomllib": "loads",
        "types": "GenericAlias MappingProxyType SimpleNamespace new_class",
        "typing": "*",
        "typing_extensions": "*",
        "unicodedata": "*",
        "urllib.request": "Request",
        "urllib.robotparser": "RobotFileParser",
        "urllib.parse": "*",
        "uuid": "UUID uuid3 uuid5",
        "warnings": "deprecated",
        "weakref": "WeakKeyDictionary WeakMethod WeakSet WeakValueDictionary ref",
        "xml.etree.ElementTree": "Element QName SubElement fromstring tostring",
        "xml.sax.saxutils": "escape quoteattr unescape",
        "zlib": "adler32 compress crc32 decompress",
        "zoneinfo": "ZoneInfo",
    }
)
"""Module -> its functions and classes whose calls have no effect that outlasts them; "*" for all."""

PURE_CALLS_IN_TESTS: dict[str, frozenset[str]] = _table(
    {
        "pytest": "approx fixture mark param raises RaisesGroup RaisesExc",
        "hypothesis": "*",
        "unittest": "TestCase mock",
        "unittest.mock": "*",
    }
)
"""The same, for test modules alone."""

PURE_METHODS = _words(
    "absolute as_posix as_uri "
    "__class_getitem__ __getitem__ __init__ __init_subclass__ __new__ __set_name__ __setattr__ add addHandler append "
    "appendleft bit_length capitalize casefold center copy count decode difference digest discard "
    "encode endswith expandtabs extend extendleft find findall finditer format format_map from_bytes "
    "from_iterable fromhex fromkeys fullmatch get group groups hex hexdigest index insert "
    "intersection is_integer isalnum isalpha isascii isdecimal isdigit isidentifier islower "
    "isnumeric isprintable isspace istitle isupper items join joinpath keys ljust lower lstrip "
    "maketrans match mro partition pop popleft register relative_to removeprefix removesuffix replace resolve reverse "
    "rfind rindex rjust rpartition rsplit rstrip search setdefault sort split splitlines startswith "
    "strip sub swapcase symmetric_difference timestamp title to_bytes total_seconds translate union "
    "update upper values with_name with_stem with_suffix zfill"
)
"""Methods of what a module made itself: literals, constants, results of pure calls."""

CHANGES = _words(
    "__setattr__ add addHandler append appendleft discard extend extendleft insert pop popleft register remove reverse "
    "setdefault sort update"
)
"""Those of them that change the object that they are called on."""

VIEWS = _words("copy items keys union values")
"""Methods that are pure whatever has them."""

CALLERS = _words(
    "builtins.filter builtins.iter builtins.map builtins.max builtins.min builtins.sorted "
    "functools.reduce itertools.accumulate itertools.dropwhile itertools.filterfalse "
    "itertools.groupby itertools.starmap itertools.takewhile"
)
"""Functions that call their arguments."""

CLASS_MAKERS = _words(
    "collections.namedtuple dataclasses.make_dataclass enum.Enum enum.Flag enum.IntEnum enum.IntFlag "
    "enum.StrEnum operator.attrgetter operator.itemgetter typing.NamedTuple typing.NewType "
    "typing.TypedDict"
)
"""Functions that return what may be called in its turn."""

DECORATOR_MAKERS = _words("dataclasses.dataclass functools.lru_cache functools.wraps")
"""Functions that return a decorator, which may be called by hand."""
