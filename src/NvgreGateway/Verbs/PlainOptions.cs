using CommandLine;

namespace NvgreGateway.Verbs;

/// <summary>Options of a verb that takes no words but those that it names: what else was written would be ignored unseen.</summary>
internal abstract class PlainOptions
{
    /// <summary>Words that nobody asked for.</summary>
    [Value(9, Hidden = true)]
    public IEnumerable<string> Rest { get; set; } = [];
}
