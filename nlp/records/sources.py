"""Submissions, demands, policies, patents, projects and notices, as parsed."""

from dataclasses import dataclass
from datetime import date

__all__ = ["Call", "Clause", "ColumnUse", "Count", "Demand", "Patent", "Policy", "Project", "ReadingNote", "ScanCrop", "Submission", "SubmittedField"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One form or list row (一份需求征集表) as received. Contact fields never enter it."""

    submission_id: str
    source_file: str
    source_location: str
    organisation: str | None
    region: str
    received: date | None
    unused_fields: tuple[str, ...] = ()  # labels that were seen and not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One technical need (技术需求) stated in a submission."""

    demand_id: str
    submission_id: str
    version: int
    superseded_by: str | None
    source_file: str
    source_location: str
    organisation: str | None
    region: str
    title: str
    text: str
    budget_wan: float | None = None
    fiscal_wan: float | None = None
    period_years: float | None = None
    segment: str | None = None  # known after classification; "none" is outside the chain
    clarity: str | None = None
    foreign_dependence: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedField:
    """One label and its value as a submission states them. Values under contact labels are left out."""

    submission_id: str
    canonical: str | None  # name in columns.toml; None: the label is not known
    label: str
    text: str
    source_file: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCrop:
    """An image kept beside what was recognised in it, for a person to compare. Pieces with personal data are not kept."""

    source_file: str
    source_location: str  # 第1页
    file: str  # crops/<first 8 of the file's sha256>/p1-b3.png, in the run's folder
    text: str
    sure: float
    submission_id: str | None  # None: a policy's, or one of several forms in the file
    canonical: str | None  # of the field that it belongs to, as in SubmittedField
    label: str | None
    state: str = "待人工核对"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """What one column or form label of a file became: the mapping report."""

    source_file: str
    table: str
    column: str
    canonical: str | None  # None: not used
    how: str  # exact normalised partial head sniffed unused
    sure: float  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingNote:
    """What staff should know of a file that was read: a hidden sheet, images, tracked changes, doubtful digits."""

    source_file: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    policy_id: str
    title: str
    doc_number: str | None  # 文号
    issuer: str | None
    level: str | None  # 国家 省 市 园区
    region: str
    date: date | None
    status: str | None  # 草案 试行 正式
    source_file: str
    superseded_by: str | None = None  # the policy that replaces this version


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The smallest citable part of a policy (条款)."""

    clause_id: str
    policy_id: str
    path: str  # 三、（二）1.
    heading: str | None  # the nearest heading above it
    text: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patent:
    patent_id: str  # publication number, else application number, else the export's id
    family_id: str | None
    title: str
    abstract: str
    first_applicant: str | None
    country: str | None  # of the first applicant, 中国 or another country's Chinese name
    province: str  # of the first applicant, or 未知
    year: int | None  # of filing, else of publication
    ipc: tuple[str, ...]
    source_file: str
    source_location: str
    segment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A past or running R&D project (历史项目)."""

    project_id: str
    title: str
    organisation: str | None
    region: str
    year: int | None
    status: str | None
    text: str
    source_file: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A collection notice (征集通知), kept as its sentences until rules are compiled from it."""

    call_id: str
    title: str
    text: str
    source_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many records of a kind were read, kept or set aside."""

    name: str  # demand.kept, patent.rejected, …
    value: int
