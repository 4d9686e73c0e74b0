namespace NvgreGateway.Control.Tests.Loop;

/// <summary>Events as lines.</summary>
public sealed class EventLogTests
{
    [Fact]
    public void AnEventIsOneLineWhateverItsValuesHold()
    {
        var text = new StringWriter();
        new EventLog(text, new Clock()).Write(EventSeverity.Warning, "peer_down", ("peer", "192.0.2.2"), ("reason", "a \"b\"\nc"), ("n", 3), ("none", null));
        Assert.Equal("2026-11-22T00:00:00.000Z warning event=peer_down peer=192.0.2.2 reason=\"a \\\"b\\\"\\nc\" n=3 none=\"\"" + Environment.NewLine, text.ToString());
    }

    [Fact]
    public void AFloodOfOneKindIsOneLineASecondAndHidesNoOther()
    {
        var text = new StringWriter();
        var clock = new Clock();
        var log = new EventLog(text, clock);
        for (int i = 0; i < 100; i++)
        {
            log.Write(EventSeverity.Warning, "fdb_full");
        }

        log.Write(EventSeverity.Error, "data_failed");
        Assert.Equal(2, text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        clock.Advance(TimeSpan.FromSeconds(1));
        log.Write(EventSeverity.Warning, "fdb_full");
        Assert.EndsWith("warning event=fdb_full suppressed=99" + Environment.NewLine, text.ToString(), StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;
    }
}
