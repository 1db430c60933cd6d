"""The benchmark of rules runs, and tells the figures that it promises; how large they are is no test's business."""

from benchmarks import rules


def test_the_benchmark_measures_us_and_both_peers() -> None:
    figures = rules.measure(2)
    assert (figures["questions"], figures["rules"]) == (36, 20)
    for key in ("p50_ms_36", "p50_ms_1000", "rules_only_p50_ms_36", "cel_rust_p50_ms_36", "floor_p50_ms_36"):
        assert figures[key] > 0
