using System.Net;
using System.Text.Json;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// What reading one file collects: the errors, the places whose values could not be read (so that later checks do not
/// complain about a placeholder), and the settings that are defaults of others.
/// </summary>
internal sealed class ReadContext
{
    private const int LongestValue = 80;

    private readonly List<ConfigurationError> errors = [];
    private readonly HashSet<string> unread = new(StringComparer.Ordinal);
    private readonly HashSet<string> partial = new(StringComparer.Ordinal);
    private readonly HashSet<string> shorthand = new(StringComparer.Ordinal);

    /// <summary>Every error so far.</summary>
    public IReadOnlyList<ConfigurationError> Errors => errors;

    /// <summary>The top's <c>flowId</c>, the default of peers.</summary>
    public FlowIdMode FlowId { get; set; }

    /// <summary>The number of workers, the default of <c>queues</c>.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>Every local PA in the order of the ports, the default of <c>sourceAddresses</c>.</summary>
    public ValueList<IPAddress> LocalAddresses { get; set; } = [];

    /// <summary>Text of a value for a message: the JSON of the file, on one line and shortened.</summary>
    public static string Show(JsonElement element) => Show(element.GetRawText());

    /// <inheritdoc cref="Show(JsonElement)"/>
    public static string Show(string json)
    {
        bool cut = json.Length > LongestValue;
        int length = cut && char.IsHighSurrogate(json[LongestValue - 1]) ? LongestValue - 1 : Math.Min(json.Length, LongestValue);
        string line = OneLine(json[..length]);
        return cut ? line + "..." : line;
    }

    /// <summary>The text with blanks for control characters, which have no business on a terminal.</summary>
    public static string OneLine(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        }
    });

    /// <summary>Reports a value that could not be read; the place counts as unknown from now on.</summary>
    public void Fail(JsonPath path, string value, string problem, string allowed)
    {
        unread.Add(path.ToString());
        for (JsonPath? around = path.Parent; around is not null && partial.Add(around.ToString()); around = around.Parent)
        {
            // The first ancestor that is known already has marked those above it.
        }

        Reject(path, value, problem, allowed);
    }

    /// <summary>Reports a value that was read but is not acceptable together with others.</summary>
    public void Reject(JsonPath path, string value, string problem, string allowed) =>
        errors.Add(new ConfigurationError(path.ToString(), value, problem, allowed));

    /// <summary>Whether the value at a place was read: neither it nor anything around it failed.</summary>
    public bool Known(JsonPath path)
    {
        if (unread.Count == 0)
        {
            return true;
        }

        for (JsonPath? at = path; at is not null; at = at.Parent)
        {
            if (unread.Contains(at.ToString()))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a whole object or array was read: <see cref="Known"/>, and nothing inside it failed.</summary>
    public bool Complete(JsonPath path) => unread.Count == 0 || (Known(path) && !partial.Contains(path.ToString()));

    /// <summary>Notes that the object at a place was written as its one value.</summary>
    public void NoteShorthand(JsonPath path) => shorthand.Add(path.ToString());

    /// <summary>The place of an element, which is the list's own place where it was written as its one value.</summary>
    public JsonPath PlaceOf(JsonPath list, int index) =>
        shorthand.Count > 0 && shorthand.Contains(list.ToString()) ? list : list[index];

    /// <summary>The place of a key, which is the object's own place where it was written in the short form.</summary>
    public JsonPath PlaceOf(JsonPath owner, string key) =>
        shorthand.Count > 0 && shorthand.Contains(owner.ToString()) ? owner : owner[key];
}
