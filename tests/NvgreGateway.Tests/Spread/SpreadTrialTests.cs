using NvgreGateway.Data;

namespace NvgreGateway.Tests.Spread;

/// <summary>Whether workers hand packets on follows what they do so and otherwise: here made-up workers with rates that the test knows.</summary>
public sealed class SpreadTrialTests
{
    private const double Step = 0.06;

    // Handing on is worth it, is not, or is neither.
    [Theory]
    [InlineData(12, 10, false)]
    [InlineData(18, 10, false)]
    [InlineData(5, 10, true)]
    [InlineData(8, 10, true)]
    [InlineData(10, 10, false)]
    [Requirement("C-056")]
    public void The_faster_way_is_gone(double spread, double alone, bool paused)
    {
        var model = new Model(noise: 0.04) { Spread = spread, Alone = alone };
        model.Run(5);
        Assert.Equal(paused, model.Trial.Paused);
        Assert.InRange(model.Trial.Ratio, alone / spread * 0.93, alone / spread * 1.07);
        double gained = model.Run(600);
        Assert.Equal(paused, model.Trial.Paused);
        Assert.InRange(gained / (600 * Math.Max(spread, alone)), 0.96, 1);
        Assert.InRange(model.Trial.Trials, 10u, 20u); // 1, 2, 4, 8, 16, 32, 60, 60 ... seconds
        Assert.InRange(model.Changes, 0, 60);
    }

    // Noise as large as what the ways differ by must not make it wander.
    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 10.4)]
    [InlineData(10.4, 10)]
    public void Ways_of_one_speed_do_not_take_turns(double spread, double alone)
    {
        var model = new Model(noise: 0.15) { Spread = spread, Alone = alone };
        model.Run(900);
        Assert.InRange(model.Switches, 0, 4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    [InlineData(5)]
    [InlineData(8.5)]
    public void Workers_with_time_left_are_left_alone(double offered)
    {
        var model = new Model { Spread = 10, Alone = 20, Offered = offered };
        model.Run(300);
        Assert.Equal((0u, 0, 0.0), (model.Trial.Trials, model.Changes, model.Trial.Ratio));
    }

    // A worker that is busy in bursts only loses packets all the same.
    [Fact]
    public void Lost_packets_are_a_reason_to_try()
    {
        var model = new Model { Spread = 10, Alone = 20, Offered = 7, Lost = true };
        model.Run(3);
        Assert.True(model.Trial.Paused);
    }

    // One worker alone has time left: it could do more than was offered.
    [Fact]
    public void What_is_done_with_time_left_counts()
    {
        var model = new Model { Spread = 10, Alone = 20, Offered = 9.8 };
        model.Run(3);
        Assert.True(model.Trial.Paused);
        uint trials = model.Trial.Trials;
        model.Run(300);
        Assert.Equal(trials, model.Trial.Trials); // and nothing is left to be gained
        model.Offered = 30;
        model.Run(2);
        Assert.Equal(trials + 1, model.Trial.Trials);
    }

    // The load ends in the middle of a trial, before anything was measured behind it.
    [Fact]
    public void A_trial_without_a_load_says_nothing()
    {
        for (int after = 0; after < 5; after++)
        {
            var model = new Model { Spread = 10, Alone = 12 };
            while (model.Trial.IsUsual)
            {
                model.Run(Step);
            }

            model.Run(Step * after);
            bool decided = after > 2;
            model.Offered = 0.1;
            model.Run(10);
            Assert.Equal(decided, model.Trial.Paused);
            Assert.Equal(decided ? 1u : 0, model.Trial.Trials);
        }
    }

    // A hypervisor moves the cores together and apart.
    [Fact]
    public void Cores_that_move_are_followed()
    {
        var model = new Model(noise: 0.04) { Spread = 12, Alone = 10 };
        model.Run(200);
        Assert.False(model.Trial.Paused);
        model.Spread = 5;
        model.Run(3);
        Assert.True(model.Trial.Paused);
        model.Run(200);
        model.Spread = 12;
        model.Run(61);
        Assert.False(model.Trial.Paused);
    }

    // Another load for the same cores.
    [Fact]
    public void Another_load_brings_the_next_trial_forward()
    {
        var model = new Model(noise: 0.04) { Spread = 8, Alone = 10 };
        model.Run(200);
        Assert.True(model.Trial.Paused);
        (model.Spread, model.Alone) = (6, 4);
        model.Run(9);
        Assert.False(model.Trial.Paused);
    }

    // Other guests of the machine take its caches and leave them: what packets cost swings, the better way does not.
    [Fact]
    public void Packets_that_cost_now_more_now_less_do_not_make_it_try_for_ever()
    {
        var model = new Model(noise: 0.04) { Spread = 5, Alone = 10 };
        model.Run(20);
        uint before = model.Trial.Trials;
        double gained = 0;
        for (int i = 0; i < 100; i++)
        {
            double speed = i % 2 == 0 ? 0.6 : 1;
            (model.Spread, model.Alone) = (5 * speed, 10 * speed);
            gained += model.Run(3);
        }

        Assert.True(model.Trial.Paused);
        Assert.InRange(model.Trial.Trials - before, 1u, 40u);
        Assert.InRange(gained / 2400, 0.96, 1);
    }

    // Shares that fit another load: each window in which they may be evened out brings handing on nearer to what it can do.
    [Theory]
    [InlineData(8.6, 12, false)]
    [InlineData(8.6, 9, true)]
    [InlineData(5, 12, true)]
    public void A_promising_spread_is_given_time_for_its_shares(double first, double last, bool paused)
    {
        var model = new Model { Spread = 6, Alone = 10 };
        model.Run(3);
        Assert.True(model.Trial.Paused);
        (model.Spread, model.Settled) = (first, last);
        double gained = model.Run(130);
        Assert.Equal(paused, model.Trial.Paused);
        Assert.True(gained / 130 > 9.7);
    }

    // A clock interrupt, a throttled thread: every tenth window is half of what it should be.
    [Fact]
    public void Disturbed_windows_decide_nothing()
    {
        var model = new Model { Spread = 10, Alone = 10.2, Every = 10 };
        model.Run(900);
        Assert.Equal(0, model.Switches);
        model = new Model { Spread = 8, Alone = 10, Every = 10 };
        model.Run(900);
        Assert.Equal(1, model.Switches);
    }

    [Fact]
    public void A_reset_hands_on_again()
    {
        var model = new Model { Spread = 5, Alone = 10 };
        model.Run(5);
        model.Trial.Reset();
        Assert.Equal((false, false, true, 0.0), (model.Trial.Paused, model.Trial.Alone, model.Trial.IsUsual, model.Trial.Ratio));
        model.Run(3);
        Assert.True(model.Trial.Paused);
    }

    // Rates in millions a second.
    private sealed class Model(double noise = 0)
    {
        private readonly Random _random = new(20261122);
        private int _windows;
        private int _tuned;

        public SpreadTrial Trial { get; } = new();

        public double Spread { get; set; }

        /// <summary>What <see cref="Spread"/> comes to when shares were evened out some times in a row; 0 = it stays.</summary>
        public double Settled { get; set; }

        public double Alone { get; set; }

        public double Offered { get; set; } = 1000;

        public bool Lost { get; set; }

        public int Every { get; set; } = int.MaxValue;

        public int Changes { get; private set; }

        public int Switches { get; private set; }

        /// <summary>Some seconds; the packets, in millions.</summary>
        public double Run(double seconds)
        {
            double gained = 0;
            for (double t = 0; t < seconds - (Step / 2); t += Step)
            {
                _tuned = Trial.Tunes ? Math.Min(5, _tuned + 1) : Trial.IsUsual && Trial.Alone ? 0 : _tuned;
                double spread = Settled == 0 ? Spread : Spread + ((Settled - Spread) * _tuned / 5);
                double able = (Trial.Alone ? Alone : spread) * (1 - (noise * _random.NextDouble())) * (++_windows % Every == 0 ? 0.5 : 1);
                double done = Math.Min(able, Offered);
                bool alone = Trial.Alone, paused = Trial.Paused;
                Trial.Feed(new SpreadWindow(Step, done * Step * 1e6, done / able, Lost));
                gained += done * Step;
                Changes += alone == Trial.Alone ? 0 : 1;
                Switches += paused == Trial.Paused ? 0 : 1;
            }

            return gained;
        }
    }
}
