# 每个目标都从零开始即可运行；真正的步骤在 bootstrap.py（没有 make 的机器直接用它）。
# 持续集成运行 .ci/run；.ci/slow 每夜运行：随机变异测试十分钟，按覆盖率引导的再十分钟。
PYTHON ?= python3

.PHONY: setup run test lint check fuzz bench lock sbom
setup run test lint check fuzz bench lock sbom:
	@$(PYTHON) bootstrap.py $@
