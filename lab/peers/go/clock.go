package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How often the heap is looked at while a way writes.
const sampleEvery = 5 * time.Millisecond

// The collector's settings, while they are out of force.
type limits struct {
	percent int
	memory  int64
}

// Loading is not measured, and need not suffer the limits that writing has.
func loosen() limits {
	return limits{percent: debug.SetGCPercent(400), memory: debug.SetMemoryLimit(1 << 60)}
}

func (l limits) restore() {
	debug.SetGCPercent(l.percent)
	debug.SetMemoryLimit(l.memory)
}

type figures struct {
	Rows      int64   `json:"rows"`
	Wall      float64 `json:"wall_s"`
	CPU       float64 `json:"cpu_s"`
	Heap      uint64  `json:"heap_peak_bytes"`
	Resident  int64   `json:"rss_peak_bytes"`
	Allocated uint64  `json:"allocated_bytes"`
	Output    int64   `json:"output_bytes"`
	GCRuns    uint32  `json:"gc_runs"`
	GCPause   uint64  `json:"gc_pause_ns"`
}

// measure prints what write took as one line of JSON.
func measure(write func() (int64, error), output string) error {
	runtime.GC()
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resident, err := resetPeakResident()
	if err != nil {
		return err
	}
	heap := watchHeap()
	cpu, start := cpuSeconds(), time.Now()
	rows, err := write()
	wall := time.Since(start).Seconds()
	cpu = cpuSeconds() - cpu
	peak := heap.stop()
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	peakResident, err := status("VmHWM")
	if err != nil {
		return err
	}
	file, err := os.Stat(output)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(figures{
		Rows: rows, Wall: wall, CPU: cpu,
		Heap:      max(peak, before.HeapInuse) - before.HeapInuse,
		Resident:  max(peakResident-resident, 0),
		Allocated: after.TotalAlloc - before.TotalAlloc,
		Output:    file.Size(),
		GCRuns:    after.NumGC - before.NumGC,
		GCPause:   after.PauseTotalNs - before.PauseTotalNs,
	})
}

// A heapWatch keeps the peak of the heap in use: MemStats.HeapInuse, without stopping the world.
type heapWatch struct {
	done chan struct{}
	peak chan uint64
}

func watchHeap() heapWatch {
	watch := heapWatch{make(chan struct{}), make(chan uint64)}
	go func() {
		samples := []metrics.Sample{
			{Name: "/memory/classes/heap/objects:bytes"},
			{Name: "/memory/classes/heap/unused:bytes"},
		}
		ticker := time.NewTicker(sampleEvery)
		defer ticker.Stop()
		var peak uint64
		for {
			metrics.Read(samples)
			peak = max(peak, samples[0].Value.Uint64()+samples[1].Value.Uint64())
			select {
			case <-ticker.C:
			case <-watch.done:
				watch.peak <- peak
				return
			}
		}
	}()
	return watch
}

func (w heapWatch) stop() uint64 {
	close(w.done)
	return <-w.peak
}

// cpuSeconds is the user and system time of the whole process, the collector's included.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // Linux refuses only pointers that are not the process's own.
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// resetPeakResident lets the kernel forget the peak so far, and returns the bytes that are resident now.
func resetPeakResident() (int64, error) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return 0, err
	}
	return status("VmRSS")
}

// status returns a field of /proc/self/status, in bytes.
func status(field string) (int64, error) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), field+":"); found {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes * 1024, err
		}
	}
	return 0, fmt.Errorf("no %s in /proc/self/status", field)
}
