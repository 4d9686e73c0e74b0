namespace NvgreGateway.Data;

/// <summary>
/// Whether workers that hand packets on to each other do more than those that keep what they received. On cores that share no cache they do
/// less, and nothing tells a program that cores are such, or a hypervisor moves them: so under load the other way is tried from time to
/// time, between two measurements of the usual one. Knows nothing but the windows that it is given.
/// </summary>
internal sealed class SpreadTrial
{
    // Handing on takes the time of more cores for what one could do as well, so the two ways are not weighed alike; and both margins are
    // above what windows of one way differ by.
    private const double AloneGain = 1.05, SpreadGain = 1.08;

    // A spread that comes this near to one worker alone may surpass it once its shares fit.
    private const double Promising = 0.8;

    // One window as bad as this is enough: between caches handing on costs half. In a worse one something else took a worker's processor.
    private const double Hopeless = 0.65, Hindered = 0.4;

    // What another load looks like: packets that cost this much more or less. Workers that keep theirs may miss something then, but do not
    // lose, and other guests of the machine make packets cost otherwise too.
    private const double Heavier = 0.75, Lighter = 1.33, CalmInterval = 8;

    private const double FirstInterval = 1, LongestInterval = 60;
    private const double PressedEnough = 0.5, OtherEnough = 0.5;
    private const int Windows = 2, Recent = 4, MostWindows = 16, Patience = 4;

    private readonly double[] _recent = new double[Recent];
    private int _count;
    private double _interval = FirstInterval;
    private double _since;
    private double _pressed;
    private double _unlike;
    private double _usual;
    private double _before;
    private double _other;
    private double _after;
    private int _windows;
    private int _best;
    private Step _step;

    private enum Step
    {
        Usual,
        Other,
        Back,
    }

    /// <summary>Whether workers are to keep what they receive, now.</summary>
    internal bool Alone { get; private set; }

    /// <summary>Whether that is the outcome of a trial, and not one under way.</summary>
    internal bool Paused => Alone ^ (_step == Step.Other);

    /// <summary>Whether shares are to be evened out after each window: a trial of handing on is about to be won, or may be.</summary>
    internal bool Tunes => _step == Step.Other && !Alone;

    /// <summary>Whether no trial is under way.</summary>
    internal bool IsUsual => _step == Step.Usual;

    /// <summary>Trials that came to an end.</summary>
    internal uint Trials { get; private set; }

    /// <summary>What workers did that kept what they received, by what they did handing on, at the last of them; 0 before the first.</summary>
    internal double Ratio { get; private set; }

    /// <summary>Begins anew, with workers that hand on.</summary>
    internal void Reset()
    {
        Alone = false;
        Ratio = 0;
        _step = Step.Usual;
        _interval = FirstInterval;
        _usual = 0;
        Rest();
    }

    /// <summary>Hears of a window in which all workers went by <see cref="Alone"/>; may change it.</summary>
    /// <param name="window">The window.</param>
    internal void Feed(in SpreadWindow window)
    {
        switch (_step)
        {
            case Step.Usual:
                Watch(window);
                break;
            case Step.Other:
                Try(window);
                break;
            default:
                Compare(window);
                break;
        }
    }

    private void Watch(in SpreadWindow window)
    {
        _since += window.Seconds;
        if (!window.IsPressed)
        {
            _pressed = Math.Max(0, _pressed - window.Seconds);
            _count = 0;
            return;
        }

        _pressed = Math.Min(PressedEnough, _pressed + window.Seconds);
        _recent[_count++ % Recent] = window.Rate;
        if (_count < Recent)
        {
            return;
        }

        // What disturbs a measurement makes it less: the best of several is nearest to the truth.
        double best = Math.Max(Math.Max(_recent[0], _recent[1]), Math.Max(_recent[2], _recent[3]));
        _unlike = _usual > 0 && (best < _usual * Heavier || best > _usual * Lighter) ? _unlike + window.Seconds : 0;
        if (_unlike >= OtherEnough)
        {
            _unlike = 0;
            _usual = best;
            _interval = Math.Min(_interval, Alone ? CalmInterval : FirstInterval);
        }

        if (_since >= _interval && _pressed >= PressedEnough)
        {
            _before = best;
            _other = _after = 0;
            _windows = _best = 0;
            Alone = !Alone;
            _step = Step.Other;
        }
    }

    private void Try(in SpreadWindow window)
    {
        _windows++;
        if (window.IsTelling && window.Rate > _other)
        {
            _other = window.Rate;
            _best = _windows;
        }

        bool mayRise = !Alone && _other >= _before * Promising && _other < _before * SpreadGain && _windows < MostWindows && _windows - _best < Patience;
        bool isHopeless = _other > _before * Hindered && _other < _before * Hopeless;
        if ((_windows >= Windows || isHopeless) && !mayRise)
        {
            _windows = 0;
            Alone = !Alone;
            _step = Step.Back;
        }
    }

    private void Compare(in SpreadWindow window)
    {
        _windows++;
        _after = window.IsPressed ? Math.Max(_after, window.Rate) : _after;
        if (_windows < Windows)
        {
            return;
        }

        double usual = Math.Max(_before, _after);
        bool wins = false;
        if (_other > 0 && _after > 0)
        {
            Trials++;
            Ratio = Alone ? usual / _other : _other / usual;
            wins = _other > usual * (Alone ? SpreadGain : AloneGain);
        }

        // Without either the load went away meanwhile, and nothing is known.
        Alone ^= wins;
        _step = Step.Usual;
        _usual = wins ? _other : usual;
        _interval = wins ? FirstInterval : Math.Min(LongestInterval, _interval * 2);
        Rest();
    }

    private void Rest()
    {
        _since = _pressed = _unlike = 0;
        _count = 0;
    }
}
