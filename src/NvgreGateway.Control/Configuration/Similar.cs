namespace NvgreGateway.Control.Configuration;

/// <summary>Finds the word that somebody probably meant.</summary>
internal static class Similar
{
    private const int LongestWord = 40;

    /// <summary>", did you mean ...?" or nothing.</summary>
    public static string Suggest(string text, IEnumerable<string> words)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string word in text.Length <= LongestWord ? words : [])
        {
            int distance = Distance(text.ToLowerInvariant(), word.ToLowerInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (word, distance);
            }
        }

        // Two slips in a long word, one in a short one: more would propose words that have nothing to do with it.
        return best is not null && bestDistance <= (best.Length > 4 ? 2 : 1) ? $", did you mean \"{best}\"?" : string.Empty;
    }

    /// <summary>Insertions, removals, replacements and swaps of neighbours that make one word of the other.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replace = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
