namespace NvgreGateway.Control;

/// <summary>The conditions that are raised now. Raising and clearing each write an event, once.</summary>
internal sealed class Conditions(IEventLog log)
{
    private readonly SortedDictionary<(string Name, string Subject), Condition> _raised = [];

    /// <summary>Those that are raised, by name and subject.</summary>
    public IReadOnlyList<Condition> All => [.. _raised.Values];

    /// <summary>Raises a condition; one that is raised already only takes the text.</summary>
    public void Raise(string name, string subject, string text, ulong now)
    {
        if (_raised.TryGetValue((name, subject), out Condition? known))
        {
            _raised[(name, subject)] = known with { Text = text };
            return;
        }

        _raised.Add((name, subject), new Condition(name, subject, text, now));
        log.Write(EventSeverity.Warning, name, ("subject", subject), ("reason", text));
    }

    /// <summary>Clears a condition, if it is raised.</summary>
    public void Clear(string name, string subject, ulong now)
    {
        if (_raised.Remove((name, subject), out Condition? known))
        {
            ulong seconds = now > known.Since ? (now - known.Since) / 1_000_000_000 : 0;
            log.Write(EventSeverity.Info, name + "_cleared", ("subject", subject), ("after_seconds", seconds));
        }
    }

    /// <summary>Makes the raised conditions of a name exactly the given ones.</summary>
    public void Set(string name, IEnumerable<(string Subject, string Text)> wanted, ulong now)
    {
        Dictionary<string, string> texts = [];
        foreach ((string subject, string text) in wanted)
        {
            texts[subject] = text;
        }

        foreach (Condition condition in All)
        {
            if (condition.Name == name && !texts.ContainsKey(condition.Subject))
            {
                Clear(name, condition.Subject, now);
            }
        }

        foreach ((string subject, string text) in texts)
        {
            Raise(name, subject, text, now);
        }
    }
}
