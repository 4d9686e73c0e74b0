using NvgreGateway.Data;
using NvgreGateway.Dataplane;

namespace NvgreGateway.Tests.Spread;

/// <summary>The redirection table follows what workers have to do: here made-up workers with costs that the test knows.</summary>
public sealed unsafe class SpreadBalanceTests
{
    private const double Cycles = 1e9;

    // Worker 0 receives all: it and another one share work that costs as much as receiving or four times as much.
    [Theory]
    [InlineData(2, 60, 60)]
    [InlineData(2, 60, 100)]
    [InlineData(2, 30, 400)]
    [InlineData(4, 60, 400)]
    [InlineData(4, 100, 100)]
    [InlineData(2, 30, 700)]
    [Requirement("C-056")]
    public void A_worker_that_receives_forwards_less(int workers, double receive, double forward)
    {
        var model = new Model(workers, receive, forward, Even());
        double before = model.Rate();
        int moves = model.Settle();
        double best = Math.Min(1 / receive, workers / (receive + forward));
        Assert.InRange(model.Rate() / best, 0.85, 1.0001);
        Assert.True(model.Rate() >= before);
        Assert.InRange(moves, 0, 15);
        Assert.Equal(0, model.Step()); // and there it stays
    }

    [Fact]
    public void Workers_with_time_left_are_left_alone()
    {
        byte[] table = Table(2);
        uint[] loads = [.. Enumerable.Repeat(10u, SpreadPlan.Entries)];
        Assert.Equal(0, SpreadBalance.Run(table, loads, [0.85, 0.10], Cycles));
        Assert.Equal(0, SpreadBalance.Run(table, loads, [1.0, 0.95], Cycles));
        Assert.NotEqual(0, SpreadBalance.Run(table, loads, [1.0, 0.5], Cycles));
    }

    // All in one flow: whoever has it is busy, and it must not go around for ever.
    [Theory]
    [InlineData(60, 100)]
    [InlineData(10, 100)]
    public void One_great_flow_does_not_wander(double receive, double forward)
    {
        double[] shares = new double[SpreadPlan.Entries];
        shares[77] = 1;
        var model = new Model(2, receive, forward, shares);
        model.Settle();
        Assert.Equal(0, model.Step());
    }

    // A great flow and many small ones: the small ones make room for it.
    [Fact]
    public void Small_flows_make_room_for_a_great_one()
    {
        double[] shares = [.. Enumerable.Repeat(0.6 / (SpreadPlan.Entries - 1), SpreadPlan.Entries)];
        shares[200] = 0.4; // worker 1 has it, and half of the others
        var model = new Model(2, 10, 100, shares);
        model.Settle();
        Assert.InRange(model.Rate() / (2 / 110.0), 0.97, 1.0001);
    }

    [Fact]
    public void No_packets_at_all_are_no_reason_to_move()
    {
        byte[] table = Table(4);
        Assert.Equal(0, SpreadBalance.Run(table, new uint[SpreadPlan.Entries], [1, 0, 0, 0], Cycles));
    }

    private static double[] Even() => [.. Enumerable.Repeat(1.0 / SpreadPlan.Entries, SpreadPlan.Entries)];

    private static byte[] Table(int workers)
    {
        byte[] table = new byte[SpreadPlan.Entries];
        fixed (byte* t = table)
        {
            SpreadPlan.Even(t, workers);
        }

        return table;
    }

    // Worker 0 receives as much as it can; what it gives others beyond what they can do is lost.
    private sealed class Model(int workers, double receive, double forward, double[] shares)
    {
        private readonly byte[] _table = Table(workers);

        public double Rate() => Enumerable.Range(0, workers).Sum(w => Math.Min(Received * Share(w), w == 0 ? double.MaxValue : 1 / forward));

        public int Step()
        {
            double received = Received;
            double[] busy = [.. Enumerable.Range(0, workers).Select(w => w == 0 ? 1 : received * Share(w) * forward)];
            uint[] loads = [.. shares.Select(s => (uint)(s * received * Cycles))];
            return SpreadBalance.Run(_table, loads, busy, Cycles);
        }

        public int Settle()
        {
            int steps = 0;
            for (; steps < 50 && Step() != 0; steps++)
            {
            }

            return steps;
        }

        private double Received => 1 / (receive + (Share(0) * forward));

        private double Share(int worker) => shares.Where((_, i) => _table[i] == worker).Sum();
    }
}
