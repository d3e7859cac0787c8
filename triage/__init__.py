"""The page for collection staff (初筛): its own process, its own database, and an append-only log of decisions."""

__all__ = ["SUMMARY"]

SUMMARY = "打开初筛页（供工作人员处理申报材料），或校验、备份、导入导出"
