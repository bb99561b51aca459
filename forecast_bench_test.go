package daemonsim_test

import (
	"fmt"
	"testing"

	"github.com/daemonsim/daemonsim"
)

// BenchmarkForecast looks at 1,000 futures of a rollout on 100 nodes, one node at a time and ten.
func BenchmarkForecast(b *testing.B) {
	for _, n := range []int32{1, 10} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("nodes=100/maxUnavailable=%d/workers=%d", n, workers), func(b *testing.B) {
				sim := installed(b, 100, lively())
				b.ReportAllocs()
				futures := 0
				for b.Loop() {
					f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{
						Change: toV2(n, 0), Workers: workers,
					})
					if err != nil {
						b.Fatal(err)
					}
					futures += len(f.Futures)
				}
				b.ReportMetric(float64(futures)/b.Elapsed().Seconds(), "futures/s")
			})
		}
	}
}
